import { measureRates } from '@ztw/training/onnx';
import type { Command } from 'commander';
import { isFolder } from '../../bundle/bundle-folder.ts';
import {
  addExamples,
  addGraphOptions,
  addRuntimeOptions,
  type GraphFlags,
  graphOptions,
  type RuntimeFlags,
  runtimeOptions,
} from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { readNetwork } from '../../runtime/network.ts';
import { backendOf } from '../../runtime/onnx-backend.ts';
import { loadRuntime } from '../../runtime/onnx-runtime.ts';
import { bundleText } from './bundle-text.ts';
import { inspectBundle } from './inspect-bundle.ts';
import { inspectNetwork, type NetworkInspection } from './inspect-network.ts';
import { networkText } from './network-text.ts';

interface InspectFlags extends RuntimeFlags, GraphFlags {
  readonly everyCut?: boolean;
  readonly json?: boolean;
}

/** `ztw inspect`: where a network can be cut and what that costs, or what a bundle holds. */
export function addInspectCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('inspect')
    .description('show where a network can be cut and what each cut costs, or what a bundle contains')
    .argument('<path>', 'an ONNX network, or the folder of a bundle')
    .option('--every-cut', 'also list the cuts inside blocks')
    .option('--json', 'print JSON');
  addGraphOptions(command);
  addRuntimeOptions(command);
  addExamples(command, [
    'ztw inspect models/fashion-resnet20.onnx',
    'ztw inspect network.onnx --every-cut',
    'ztw inspect out/ztw --json',
  ]);
  command.action(async (path: string, flags: InspectFlags) => {
    const onNote = (text: string): void => environment.writeDiagnostic(`${text}\n`);
    const inspection = (await isFolder(path)) ? await inspectBundle(path) : await inspectFile(path, flags, onNote);
    if (flags.json === true) {
      environment.writeResult(`${JSON.stringify(inspection, null, 2)}\n`);
    } else if (inspection.kind === 'bundle') {
      environment.writeResult(bundleText(inspection));
    } else {
      environment.writeResult(networkText(inspection, { everyCut: flags.everyCut === true }));
    }
  });
}

async function inspectFile(
  path: string,
  flags: InspectFlags,
  onNote: (text: string) => void,
): Promise<NetworkInspection> {
  const runtime = await loadRuntime({ ...runtimeOptions(flags), onNote });
  const network = await readNetwork(path, runtime, graphOptions(flags));
  const rates = await measureRates(network, { onnx: backendOf(runtime), rates: runtime.rates });
  return inspectNetwork(network, { name: runtime.name, rates });
}
