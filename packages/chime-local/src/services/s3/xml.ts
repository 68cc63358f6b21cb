import { malformedXml } from './errors.ts';

/**
 * The content of an element: text, elements by name, or several elements of one name. Undefined members are
 * left out.
 */
export type XmlValue = string | number | boolean | undefined | XmlElements | XmlValue[];
export interface XmlElements {
  [name: string]: XmlValue;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Writes a document with one root element. */
export function writeXml(root: string, content: XmlElements, namespace = NAMESPACE): string {
  const attribute = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${writeElements(content)}</${root}>`;
}

function writeElements(content: XmlElements): string {
  return Object.entries(content)
    .map(([name, value]) =>
      Array.isArray(value) ? value.map((one) => element(name, one)).join('') : element(name, value),
    )
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  const inner = typeof value === 'object' ? writeElements(value as XmlElements) : escapeText(String(value));
  return `<${name}>${inner}</${name}>`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>"'\r\n\u0000-\u001f]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A parsed element. */
export interface XmlNode {
  name: string;
  text: string;
  children: XmlNode[];
}

/** Maximum nesting depth; S3's own documents have four levels. */
const MAX_DEPTH = 16;
/**
 * Maximum number of tags and entities. Ours: a CompleteMultipartUpload with 10,000 parts has 40,000 to
 * 80,000.
 */
export const MAX_MARKS = 100_000;
const MARK = /[<&]/g;
/** Matches one token. An element may have at most 20 attributes. Ours: S3's own have two. */
const TOKEN =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*')){0,20})\s*(\/?)>|([^<]+)/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Parses the small documents in S3 requests: elements and text. Attributes are skipped, and document type
 * declarations (with their entities) are refused.
 * @throws {S3Error} `MalformedXML`.
 */
export function readXml(document: string): XmlNode {
  checkMarks(document);
  const top: XmlNode = { name: '', text: '', children: [] };
  const open = [top];
  TOKEN.lastIndex = 0;
  const text = document.replace(/^\ufeff/, '');
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    if (!token) throw malformedXml('it is not well-formed');
    const [, closing, name, , empty, characters] = token;
    const current = open.at(-1)!;
    if (characters !== undefined) {
      current.text += unescapeText(characters);
    } else if (name !== undefined && closing) {
      if (current.name !== localName(name) || open.length === 1) throw malformedXml('elements overlap');
      open.pop();
    } else if (name !== undefined) {
      const node: XmlNode = { name: localName(name), text: '', children: [] };
      current.children.push(node);
      if (!empty) open.push(node);
      if (open.length > MAX_DEPTH) throw malformedXml('it is nested too deeply');
    }
  }
  const root = top.children[0];
  if (open.length !== 1 || !root || top.children.length !== 1 || top.text.trim()) {
    throw malformedXml('it needs exactly one root element');
  }
  return root;
}

/** @throws {S3Error} if parsing would block other work for too long. */
function checkMarks(document: string): void {
  MARK.lastIndex = 0;
  for (let marks = 0; MARK.test(document); marks++) {
    if (marks === MAX_MARKS) throw malformedXml(`it has more than ${MAX_MARKS} tags and entities`);
  }
}

/** The text of a child element, if there is one. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescapeText(text: string): string {
  return text.replace(/&([^;]{1,10});?|&/g, (whole, entity: string | undefined) => {
    if (entity !== undefined && whole.endsWith(';')) {
      if (Object.hasOwn(ENTITIES, entity)) return ENTITIES[entity]!;
      const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity);
      const point = code ? Number.parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10) : Number.NaN;
      if (point <= 0x10ffff) return String.fromCodePoint(point);
    }
    throw malformedXml('an entity is not known');
  });
}
