#!/usr/bin/env node
import { runCli } from './run-cli.ts';

const exitCode = await runCli(process.argv.slice(2));
// A command that ran to its end may have chosen its exit code itself.
if (exitCode !== 0) process.exitCode = exitCode;
