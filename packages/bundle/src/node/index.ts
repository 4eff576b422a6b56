// Bundles in folders, and files with untrusted names, in Node.

export { folderReader } from './folder-reader.ts';
export { openRegularFile, type ReadRegularFileOptions, readRegularFile } from './read-regular-file.ts';
