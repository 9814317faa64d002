// Writes crawlers.json (every instance of every pattern) and people.json (5,000 draws, the same in
// each run) beside the packages in the folder given.
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

const folder = process.argv[2];
const require = createRequire(`${folder}/package.json`);
let state = 20261124;
Math.random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const crawlers = require("crawler-user-agents").flatMap((one) => one.instances);
const UserAgent = require("user-agents").default ?? require("user-agents");
const people = Array.from({ length: 5000 }, () => new UserAgent().toString());
writeFileSync(`${folder}/crawlers.json`, JSON.stringify(crawlers));
writeFileSync(`${folder}/people.json`, JSON.stringify(people));
console.error(`${crawlers.length} crawlers, ${people.length} people`);
