import type { BundleNetwork } from '@ztw/bundle';
import type { ProgramNetwork } from '../../src/__fixtures__/program-networks.ts';

/** A network as the page reads it, in plain JSON. */
export type ServedNetwork = Omit<ProgramNetwork, 'readFile'>;

/** All files of a network that the page fetches, by absolute path on the server. */
export async function serveNetwork(
  name: string,
  { readFile, ...served }: ProgramNetwork,
  rows: Float32Array,
): Promise<readonly (readonly [string, Uint8Array])[]> {
  const folder = `/${encodeURIComponent(name)}`;
  const paths = [served.network, served.whole].flatMap(programPaths);
  return [
    [`${folder}/network.json`, new TextEncoder().encode(JSON.stringify(served satisfies ServedNetwork))],
    [`${folder}/rows.f32`, new Uint8Array(rows.buffer)],
    ...(await Promise.all(paths.map(async (path) => [`${folder}/files/${path}`, await readFile(path)] as const))),
  ];
}

function programPaths({ stages }: BundleNetwork): readonly string[] {
  const paths = stages.flatMap(({ weights = [], program }) => [...weights, program?.steps, program?.weights]);
  return [...new Set(paths.filter((path) => path !== undefined))];
}
