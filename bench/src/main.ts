import { benchHttp } from './http.js';
import { benchPlacement } from './placement.js';
import { printReport } from './report.js';

console.log('Placement, in one process …');
const placement = benchPlacement();
console.log('HTTP, two servers and a load of their own process in turn …');
printReport([...placement, ...(await benchHttp())]);
