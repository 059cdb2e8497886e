export { Archive, type FileReading } from './archive.js';
export { ArchiveError, type ArchiveErrorCode } from './errors.js';
export { exportLog, type Exported, type ExportOptions, type ExportProgress } from './export-log.js';
export { ARCHIVE_VERSION, type ArchiveHeader } from './header.js';
export { cleanText, leaveOut, withoutSecrets } from './leave-out.js';
export type { ArchiveEnd } from './lines.js';
export { fileSource, natsSource, type LogSource } from './log-source.js';
