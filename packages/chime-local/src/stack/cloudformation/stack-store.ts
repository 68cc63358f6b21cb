import type { Collection, Journal } from '#platform';
import type { ChangeSet, ResourceRecord, Snapshot, StackEvent, StackInput, StackRecord } from './records.ts';

/** Maximum number of events kept per stack; older ones are dropped. */
const MAX_EVENTS = 2000;
/** Deleted stacks that can still be looked up by id. The service keeps them for 90 days. */
const MAX_DELETED = 20;
/** Digits of an event's sequence number in its key, so that keys sort like numbers. */
const PLACE_DIGITS = 9;

/** A stack's data besides its record. */
interface Belongings {
  resources: Map<string, ResourceRecord>;
  events: StackEvent[];
  /** Number of all events ever written, and so the next one's sequence number. */
  eventCount: number;
}

/** Stores everything about stacks, in memory and in the journal. */
export class StackStore {
  readonly #journal: Journal;
  readonly #stacks: Collection<StackRecord>;
  readonly #inputs: Collection<StackInput>;
  readonly #resources: Collection<ResourceRecord>;
  readonly #events: Collection<StackEvent>;
  readonly #changeSets: Collection<ChangeSet>;
  readonly #snapshots: Collection<Snapshot>;
  readonly #leftovers: Collection<ResourceRecord[]>;
  readonly #belongings = new Map<string, Belongings>();

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#stacks = journal.collection('stacks');
    this.#inputs = journal.collection('inputs');
    this.#resources = journal.collection('resources');
    this.#events = journal.collection('events');
    this.#changeSets = journal.collection('changeSets');
    this.#snapshots = journal.collection('snapshots');
    this.#leftovers = journal.collection('leftovers');
    for (const key of this.#resources.keys()) {
      const record = this.#resources.get(key) as ResourceRecord;
      this.#of(ownerOf(key)).resources.set(record.logicalId, record);
    }
    for (const key of this.#events.keys()) {
      const belongings = this.#of(ownerOf(key));
      belongings.events.push(this.#events.get(key) as StackEvent);
      belongings.eventCount = Number(key.slice(key.lastIndexOf('|') + 1)) + 1;
    }
  }

  /** All stacks including deleted ones, oldest first. */
  all(): StackRecord[] {
    return this.#stacks.values();
  }

  /** Finds a stack by id, or an undeleted one by name. */
  find(nameOrId: string): StackRecord | undefined {
    if (nameOrId.startsWith('arn:')) return this.#stacks.get(nameOrId);
    return this.all().find((stack) => stack.stackName === nameOrId && stack.status !== 'DELETE_COMPLETE');
  }

  put(stack: StackRecord): void {
    this.#stacks.set(stack.stackId, { ...stack });
  }

  /** The stack's current record. */
  get(stackId: string): StackRecord {
    const stack = this.#stacks.get(stackId);
    if (!stack) throw new Error(`There is no stack ${stackId}.`);
    return { ...stack };
  }

  input(stackId: string): StackInput | undefined {
    return this.#inputs.get(stackId);
  }

  setInput(stackId: string, input: StackInput): void {
    this.#inputs.set(stackId, input);
  }

  /** The resources in the order of their creation. */
  resources(stackId: string): ResourceRecord[] {
    return [...this.#of(stackId).resources.values()];
  }

  resource(stackId: string, logicalId: string): ResourceRecord | undefined {
    return this.#of(stackId).resources.get(logicalId);
  }

  setResource(stackId: string, record: ResourceRecord): void {
    this.#of(stackId).resources.set(record.logicalId, record);
    this.#resources.set(`${stackId}|${record.logicalId}`, record);
  }

  removeResource(stackId: string, logicalId: string): void {
    this.#of(stackId).resources.delete(logicalId);
    this.#resources.delete(`${stackId}|${logicalId}`);
  }

  /** The events, oldest first. */
  events(stackId: string): readonly StackEvent[] {
    return this.#of(stackId).events;
  }

  addEvent(event: StackEvent): void {
    const belongings = this.#of(event.stackId);
    // Clients sort events by their times, so no two may have the same.
    const at = Math.max(event.at, (belongings.events.at(-1)?.at ?? 0) + 1);
    const placed = { ...event, at };
    this.#events.set(eventKey(event.stackId, belongings.eventCount++), placed);
    belongings.events.push(placed);
    if (belongings.events.length <= MAX_EVENTS) return;
    this.#events.delete(eventKey(event.stackId, belongings.eventCount - belongings.events.length));
    belongings.events.shift();
  }

  changeSets(stackId: string): ChangeSet[] {
    return this.#changeSets.values().filter((changeSet) => changeSet.stackId === stackId);
  }

  changeSet(id: string): ChangeSet | undefined {
    return this.#changeSets.get(id);
  }

  setChangeSet(changeSet: ChangeSet): void {
    this.#changeSets.set(changeSet.changeSetId, changeSet);
  }

  deleteChangeSet(id: string): void {
    this.#changeSets.delete(id);
  }

  /** The state to which a failed update can still be rolled back. */
  snapshot(stackId: string): Snapshot | undefined {
    return this.#snapshots.get(stackId);
  }

  setSnapshot(stackId: string, snapshot: Snapshot | undefined): void {
    if (snapshot) this.#snapshots.set(stackId, snapshot);
    else this.#snapshots.delete(stackId);
  }

  /** Resources that an operation has replaced and not yet deleted. */
  leftovers(stackId: string): ResourceRecord[] {
    return this.#leftovers.get(stackId) ?? [];
  }

  setLeftovers(stackId: string, records: ResourceRecord[]): void {
    if (records.length > 0) this.#leftovers.set(stackId, records);
    else this.#leftovers.delete(stackId);
  }

  /** Writes all changes that `change` makes to disk together, or none of them. */
  atomically<T>(change: () => T): T {
    return this.#journal.atomically(change);
  }

  /** Drops a deleted stack's change sets and snapshot, and the oldest of the deleted stacks. */
  forgetDeleted(stackId: string): void {
    for (const { changeSetId } of this.changeSets(stackId)) this.#changeSets.delete(changeSetId);
    this.setSnapshot(stackId, undefined);
    const deleted = this.all().filter((stack) => stack.status === 'DELETE_COMPLETE');
    for (const stack of deleted.slice(0, Math.max(0, deleted.length - MAX_DELETED)))
      this.forget(stack.stackId);
  }

  /** Removes a stack as if it had never existed. */
  forget(stackId: string): void {
    const belongings = this.#of(stackId);
    const first = belongings.eventCount - belongings.events.length;
    for (let place = first; place < belongings.eventCount; place++)
      this.#events.delete(eventKey(stackId, place));
    for (const { logicalId } of this.resources(stackId)) this.removeResource(stackId, logicalId);
    for (const { changeSetId } of this.changeSets(stackId)) this.#changeSets.delete(changeSetId);
    this.#snapshots.delete(stackId);
    this.#leftovers.delete(stackId);
    this.#inputs.delete(stackId);
    this.#stacks.delete(stackId);
    this.#belongings.delete(stackId);
  }

  #of(stackId: string): Belongings {
    let belongings = this.#belongings.get(stackId);
    if (!belongings) {
      belongings = { resources: new Map(), events: [], eventCount: 0 };
      this.#belongings.set(stackId, belongings);
    }
    return belongings;
  }
}

const ownerOf = (key: string): string => key.slice(0, key.lastIndexOf('|'));
const eventKey = (stackId: string, place: number): string =>
  `${stackId}|${String(place).padStart(PLACE_DIGITS, '0')}`;
