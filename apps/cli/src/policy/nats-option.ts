import { Option } from 'commander';

export function natsOption(): Option {
  return new Option(
    '--nats <url>',
    'NATS servers, comma list; NATS_CREDENTIALS and NATS_CA name the files to get in with',
  )
    .env('NATS_URL')
    .default('nats://127.0.0.1:4222');
}
