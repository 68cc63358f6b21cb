#!/usr/bin/env node
import { runBundling } from './bundling.ts';

process.exitCode = runBundling(process.argv.slice(2));
