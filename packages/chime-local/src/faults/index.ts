/** Public entry point of the faults that are switched on by hand. */
export { FAULTS_PATH, serveFaults } from './fault-switches.ts';
export { Faults, type ListedFault, type SwitchedFault } from './faults.ts';
export { faultyApis } from './faulty-apis.ts';
export { faultyInvoke } from './faulty-invoke.ts';
export { faultyObjects } from './faulty-objects.ts';
export { FaultyPhones } from './faulty-phones.ts';
