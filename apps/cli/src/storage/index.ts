export { type FileBlobStore, fileBlobStore } from './file-blob-store.ts';
export { type FolderLock, isLockText, lockFile, lockFolder } from './folder-lock.ts';
export { assertWritablePlace, makeFolder } from './make-folder.ts';
export { hasErrorCode, storageError } from './storage-error.ts';
export {
  assertOutputFolder,
  type OutputFolderOptions,
  type WriteOutputOptions,
  writeOutputFolder,
} from './write-output.ts';
export { assertOutputFile, writeOutputFile } from './write-output-file.ts';
