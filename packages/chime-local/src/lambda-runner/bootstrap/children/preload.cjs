// Runs first in every Node.js process and thread that a function starts; see guard-children.mjs.
'use strict';
const { guardNetwork } = require('../network-guard.cjs');

const facts = process.env.CHIME_LOCAL_NETWORK;
if (facts) guardNetwork(JSON.parse(facts));
