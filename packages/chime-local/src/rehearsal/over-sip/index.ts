export { functionsInProcess } from './functions-in-process.ts';
export { SipApplication } from './sip-application.ts';
