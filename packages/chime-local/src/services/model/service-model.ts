/**
 * A service model as written by `generate.py`: the operations of a service and the structures of their
 * inputs.
 */
import { readFileSync } from 'node:fs';

/** A JSON Schema or a part of one. */
export type JsonSchema = { [keyword: string]: unknown };

export interface OperationModel {
  method: string;
  /** The URI template, e.g. `/meetings/{MeetingId}/attendees?operation=batch-create`. */
  uri: string;
  /** HTTP status of success. */
  status: number;
  /** Names of the exceptions that the operation declares. */
  errors: string[];
  /** Name of the request's structure in `$defs`. */
  input?: string;
  /** Members that are sent in the path: member name to label in `uri`. */
  labels?: Record<string, string>;
  /** Members that are sent in the query: member name to parameter name. */
  query?: Record<string, string>;
}

export interface ServiceModel {
  source: string;
  service: string;
  apiVersion: string;
  signingName: string;
  operations: Record<string, OperationModel>;
  /** Operations that exist but are not served here: `[method, uri]`. */
  notServed: Record<string, [string, string]>;
  /** HTTP status of each exception. */
  errors: Record<string, number>;
  $defs: Record<string, JsonSchema>;
}

const loaded = new Map<string, ServiceModel>();

/** The committed model of a service. It is read once. */
export function loadServiceModel(service: 'chime-sdk-voice' | 'chime-sdk-meetings'): ServiceModel {
  const known = loaded.get(service);
  if (known) return known;
  const text = readFileSync(new URL(`./${service}/model.json`, import.meta.url), 'utf8');
  const model = JSON.parse(text) as ServiceModel;
  loaded.set(service, model);
  return model;
}
