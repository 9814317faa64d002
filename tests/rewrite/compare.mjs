// Parses each page before and after rewriting with parse5 and walks the two trees side by side.
// Allowed to differ: the href of a link whose new value is one of our tickets and whose redirect is
// what the URL parser makes of the old value, and one pixel. Conditional comments are parsed too.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const [peers, list] = process.argv.slice(2);
const require = createRequire(path.resolve(peers, 'package.json'));
const { parse, parseFragment } = require('parse5');
const { pixel, pages } = JSON.parse(fs.readFileSync(list, 'utf8'));
const options = { scriptingEnabled: false };
let links = 0;
let inComments = 0;

const webUrl = (value) => {
  try {
    const url = new URL(value);
    return /^https?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
};

// Takes the pixel out and joins the texts around it; gives how many there were.
const takePixel = (node) => {
  let found = 0;
  const kept = [];
  for (const child of node.childNodes ?? []) {
    if (child.nodeName === 'img' && child.attrs.some((a) => a.name === 'src' && a.value === pixel)) {
      found += 1;
      continue;
    }
    found += takePixel(child);
    const last = kept.at(-1);
    if (child.nodeName === '#text' && last?.nodeName === '#text') last.value += child.value;
    else kept.push(child);
  }
  if (node.childNodes) node.childNodes = kept;
  return found;
};

const compare = (a, b, redirects, where, conditional) => {
  const fail = (what) => {
    throw new Error(`${where} <${a.nodeName}>: ${what}`);
  };
  if (a.nodeName !== b.nodeName) fail(`became ${b.nodeName}`);
  if (a.value !== b.value) fail('the text changed');
  if (a.nodeName === '#comment' && a.data !== b.data) {
    const inner = (text) => {
      const match = /^(\s*\[if[^\]]*\]>)([\s\S]*)(<!\[endif\])$/.exec(text);
      if (!match) fail('a comment changed');
      return match;
    };
    const [x, y] = [inner(a.data), inner(b.data)];
    if (x[1] !== y[1] || x[3] !== y[3]) fail('a condition changed');
    compare(parseFragment(x[2], options), parseFragment(y[2], options), redirects, where, true);
    return;
  }
  const [before, after] = [a.attrs ?? [], b.attrs ?? []];
  if (before.length !== after.length) fail('an attribute came or went');
  before.forEach((attribute, at) => {
    const other = after[at];
    if (attribute.name !== other.name) fail(`attribute ${attribute.name} moved`);
    const leads = attribute.name === 'href' && (conditional || ['a', 'area'].includes(a.nodeName));
    const target = leads ? webUrl(attribute.value) : undefined;
    if (attribute.value === other.value) {
      if (target && !/\{\{|\{%/.test(attribute.value)) fail(`missed ${attribute.value}`);
      return;
    }
    if (!leads) fail(`attribute ${attribute.name} changed`);
    const redirect = redirects[other.value];
    if (redirect === undefined) fail(`no ticket: ${other.value}`);
    if (redirect !== target) fail(`${attribute.value} leads to ${redirect}, not ${target}`);
    links += 1;
    if (conditional) inComments += 1;
  });
  const kids = [a.childNodes ?? [], b.childNodes ?? []];
  if (kids[0].length !== kids[1].length) fail('a node came or went');
  kids[0].forEach((kid, at) => compare(kid, kids[1][at], redirects, where, conditional));
  if (a.content) compare(a.content, b.content, redirects, where, conditional);
};

for (const { before, after, redirects } of pages) {
  const [a, b] = [before, after].map((file) => parse(fs.readFileSync(file, 'utf8'), options));
  const pixels = takePixel(b);
  if (pixels !== 1) throw new Error(`${before}: ${pixels} pixels`);
  takePixel(a);
  compare(a, b, redirects, path.basename(before), false);
}
if (inComments === 0) throw new Error('no link in a conditional comment was met');
console.log(`${pages.length} pages, ${links} tracked links, ${inComments} of them in conditional comments`);
