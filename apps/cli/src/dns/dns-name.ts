import { InvalidArgumentError } from 'commander';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** For options that take a host name, in the form DNS compares it: lower case, without the dot at its end. */
export function parseDnsName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  if (labels.length < 2 || name.length > 180 || !labels.every((label) => LABEL.test(label))) {
    throw new InvalidArgumentError('It must be a DNS name, such as turn.example.org.');
  }
  return name;
}
