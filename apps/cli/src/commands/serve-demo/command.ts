import type { Command } from 'commander';
import { portNumber } from '../../flags/parse-values.ts';
import { addExamples, type GlobalOptions } from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { demoPage } from './demo-page.ts';
import { serveDemo } from './serve-demo.ts';

interface ServeDemoFlags extends GlobalOptions {
  readonly host: string;
  readonly port: number;
}

const defaultPort = 8642;

/** `ztw serve-demo`: a page in the browser that shows a bundle at work. */
export function addServeDemoCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('serve-demo')
    .description('show a bundle at work in the browser: draw, upload or use the camera, and see where images leave')
    .argument('<bundle>', 'folder of the bundle')
    .option('--port <n>', 'port of the page; 0 takes any free one', portNumber, defaultPort)
    .option('--host <name>', 'address to listen on; 0.0.0.0 also serves other devices', '127.0.0.1');
  addExamples(command, [
    'ztw serve-demo out/ztw',
    'ztw serve-demo out/ztw --port 0',
    'ztw serve-demo out/ztw --host 0.0.0.0',
  ]);
  command.action(async (bundle: string, _flags: ServeDemoFlags, self: Command) => {
    const { host, port } = self.optsWithGlobals<ServeDemoFlags>();
    await using server = await serveDemo({ bundle, page: await demoPage(), host, port });
    environment.writeResult(`${server.url}\n`);
    environment.writeDiagnostic(`Serving ${bundle} on this page. Ctrl-C ends it.\n`);
    await until(environment.signal);
  });
}

/** Ctrl-C is how a server ends; it is no failure. */
async function until(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // A pending listener does not keep Node alive, the server does.
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
