import { Option } from 'commander';

export function folderOption(): Option {
  return new Option('--folder <folder>', 'where the node keeps what is its own')
    .env('SPILLWAY_NODE_FOLDER')
    .default('/var/lib/spillway');
}
