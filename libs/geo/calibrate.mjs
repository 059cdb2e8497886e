// Fits the straight line of src/rtt.ts to measured round-trip times by least squares and prints how well it does.
//
//   npm run build && node calibrate.mjs <matrix.csv> <regions.csv>
//
// matrix.csv: a header `region,<name>,<name>…`, then a row per region with the milliseconds to each of them.
// regions.csv: a header with at least `region`, `lat` and `lon`, then a row per region, in degrees.
import { readFileSync } from 'node:fs';
import { distanceKm } from './dist/distance.js';

const [matrixPath, regionsPath] = process.argv.slice(2);
if (!matrixPath || !regionsPath) {
  console.error('usage: node calibrate.mjs <matrix.csv> <regions.csv>');
  process.exit(2);
}

const regions = new Map(
  readCsv(regionsPath).map((row) => [row.region, { latitude: Number(row.lat), longitude: Number(row.lon) }]),
);
const samples = readCsv(matrixPath).flatMap(({ region, ...rttMs }) =>
  Object.entries(rttMs)
    .filter(([other]) => region < other)
    .map(([other, ms]) => ({
      x: distanceKm(regions.get(region), regions.get(other)) / 1000,
      y: Number(ms),
    })),
);

const meanX = mean(samples.map(({ x }) => x));
const meanY = mean(samples.map(({ y }) => y));
const slope =
  mean(samples.map(({ x, y }) => (x - meanX) * (y - meanY))) / mean(samples.map(({ x }) => (x - meanX) ** 2));
const intercept = meanY - slope * meanX;
const errors = samples.map(({ x, y }) => Math.abs(y - intercept - slope * x)).sort((a, b) => a - b);
const unexplained = mean(errors.map((error) => error ** 2)) / mean(samples.map(({ y }) => (y - meanY) ** 2));

console.log(`pairs                 ${samples.length}`);
console.log(`intercept             ${intercept.toFixed(2)} ms`);
console.log(`slope                 ${slope.toFixed(2)} ms per 1000 km`);
console.log(`median absolute error ${median(errors).toFixed(1)} ms`);
console.log(`mean absolute error   ${mean(errors).toFixed(1)} ms`);
console.log(`R²                    ${(1 - unexplained).toFixed(3)}`);

function readCsv(path) {
  const [header, ...rows] = readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]])));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(sorted) {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
