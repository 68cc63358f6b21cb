/** The queues of the account and the messages in them. Source: Amazon SQS developer guide and API reference. */
import { createHash } from 'node:crypto';
import type { Clock, Collection, Ids, Journal } from '#platform';
import { ApiError } from '../rest/api-error.ts';
import { invalidValue, noSuchQueue } from './errors.ts';
import { checkedAttributes, numberAttribute, readRedrivePolicy } from './queue-settings.ts';

export interface QueueRecord {
  name: string;
  arn: string;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
}

export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}

export interface NewMessage {
  body: string;
  attributes?: Record<string, MessageAttribute>;
  delaySeconds?: number | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
  /** The ARN or id of the sender. */
  senderId?: string;
}

interface StoredMessage extends NewMessage {
  id: string;
  queue: string;
  order: number;
  sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  /** The receipt handle of the most recent receive. */
  receipt?: string;
}

export interface ReceivedMessage extends StoredMessage {
  receipt: string;
  firstReceivedAt: number;
}

/** Maximum number of messages in all queues together. Ours: bounds the memory use. */
const MAX_MESSAGES = 20_000;
/** Milliseconds in which a FIFO queue accepts a deduplication id only once. Developer guide: 5 minutes. */
const DEDUPLICATION_MS = 5 * 60_000;
const NAME = /^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/;

export interface QueuesOptions {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  accountId: string;
  region: string;
}

export class Queues {
  readonly #options: QueuesOptions;
  readonly #queues: Collection<QueueRecord>;
  readonly #messages: Collection<StoredMessage>;
  /** Callbacks of receivers that wait for a message, by queue. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Deduplication ids, each with the time it was seen and the id of its message. */
  readonly #seen = new Map<string, { at: number; id: string }>();
  /** Functions that cancel the pending timers. */
  readonly #timers = new Set<() => void>();
  #order = 0;
  #closed = false;

  constructor(options: QueuesOptions) {
    this.#options = options;
    this.#queues = options.journal.collection('sqs.queues');
    this.#messages = options.journal.collection('sqs.messages');
    for (const { order } of this.#messages.values()) this.#order = Math.max(this.#order, order);
  }

  /** Whether the queues are closed, so that no more messages arrive. */
  get closed(): boolean {
    return this.#closed;
  }

  arnOf(name: string): string {
    return `arn:aws:sqs:${this.#options.region}:${this.#options.accountId}:${name}`;
  }

  /** Finds a queue by name, ARN or URL. */
  find(named: string): QueueRecord | undefined {
    return this.#queues.get(named.slice(Math.max(named.lastIndexOf('/'), named.lastIndexOf(':')) + 1));
  }

  /** @throws ApiError QueueDoesNotExist */
  get(named: string): QueueRecord {
    const queue = this.find(named);
    if (!queue) throw noSuchQueue();
    return queue;
  }

  list(prefix = ''): QueueRecord[] {
    return this.#queues.values().filter(({ name }) => name.startsWith(prefix));
  }

  /** Creates the queue, or returns an existing one that has the same attributes. @throws ApiError */
  create(
    name: string,
    attributes: Record<string, string> = {},
    tags: Record<string, string> = {},
  ): QueueRecord {
    const fifo = name.endsWith('.fifo');
    if (!NAME.test(name)) {
      throw invalidValue(
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      );
    }
    if ((attributes.FifoQueue === 'true') !== fifo) {
      throw invalidValue(
        'The name of a FIFO queue can only end with the suffix ".fifo", and FifoQueue is true.',
      );
    }
    const checked = checkedAttributes(attributes);
    const existing = this.#queues.get(name);
    if (existing) {
      const other = Object.entries(checked).find(([key, value]) => existing.attributes[key] !== value);
      if (!other) return existing;
      const message = `A queue already exists with the same name and a different value for attribute ${other[0]}`;
      throw new ApiError(400, 'QueueNameExists', message);
    }
    const now = this.#options.clock.now();
    const queue = { name, arn: this.arnOf(name), attributes: checked, tags, createdAt: now, modifiedAt: now };
    this.#queues.set(name, queue);
    return queue;
  }

  setAttributes(named: string, attributes: Record<string, string>): void {
    const queue = this.get(named);
    const all = { ...queue.attributes, ...checkedAttributes(attributes) };
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    this.#queues.set(queue.name, { ...queue, attributes: kept, modifiedAt: this.#options.clock.now() });
  }

  setTags(named: string, tags: Record<string, string>): void {
    const queue = this.get(named);
    this.#queues.set(queue.name, { ...queue, tags });
  }

  delete(named: string): void {
    const { name } = this.get(named);
    this.purge(name);
    this.#queues.delete(name);
    for (const wake of this.#waiting.get(name) ?? []) wake();
  }

  purge(named: string): void {
    const { name } = this.get(named);
    this.#options.journal.atomically(() => {
      for (const { id } of this.#of(name)) this.#messages.delete(id);
    });
  }

  /** @throws ApiError */
  send(named: string, message: NewMessage): { id: string; sequenceNumber: string } {
    const queue = this.get(named);
    const bytes = Buffer.byteLength(message.body);
    const most = numberAttribute(queue.attributes, 'MaximumMessageSize');
    if (bytes > most)
      throw invalidValue(
        `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
      );
    if (this.#messages.size >= MAX_MESSAGES) {
      throw new ApiError(
        403,
        'OverLimit',
        `The queues here hold ${MAX_MESSAGES} messages; receive or purge some`,
      );
    }
    const { clock, ids } = this.#options;
    const id = ids.guid();
    const duplicate = this.#duplicateOf(queue, message, id);
    if (duplicate)
      return { id: duplicate, sequenceNumber: sequenceOf(this.#messages.get(duplicate)?.order ?? 0) };
    const now = clock.now();
    const delaySeconds = message.delaySeconds ?? numberAttribute(queue.attributes, 'DelaySeconds');
    const order = ++this.#order;
    const stored: StoredMessage = {
      ...message,
      id,
      queue: queue.name,
      order,
      sentAt: now,
      visibleAt: now + delaySeconds * 1000,
      receiveCount: 0,
    };
    this.#messages.set(id, stored);
    this.#wakeAfter(delaySeconds, queue.name);
    return { id, sequenceNumber: sequenceOf(order) };
  }

  /** Receives at most `max` messages and waits up to `waitMs` for the first one. @throws ApiError */
  async receive(
    named: string,
    options: { max: number; visibilitySeconds?: number | undefined; waitMs?: number; signal?: AbortSignal },
  ): Promise<ReceivedMessage[]> {
    const { clock } = this.#options;
    const { name } = this.get(named);
    const deadline = clock.now() + (options.waitMs ?? 0);
    for (;;) {
      const queue = this.find(name);
      const received = queue ? this.#take(queue, options.max, options.visibilitySeconds) : [];
      const left = deadline - clock.now();
      if (received.length > 0 || !queue || left <= 0 || options.signal?.aborted || this.#closed)
        return received;
      await this.#arrival(name, left, options.signal);
    }
  }

  /** Deletes a message. As on AWS, a receipt handle that is no longer valid has no effect. */
  deleteMessage(named: string, receipt: string): void {
    const message = this.#withReceipt(named, receipt);
    if (message) this.#messages.delete(message.id);
  }

  /** @throws ApiError if the message is not in flight */
  changeVisibility(named: string, receipt: string, seconds: number): void {
    const message = this.#withReceipt(named, receipt);
    const { clock } = this.#options;
    if (!message || message.visibleAt <= clock.now()) {
      throw new ApiError(400, 'MessageNotInflight', 'The message referred to is not in flight.');
    }
    this.#messages.set(message.id, { ...message, visibleAt: clock.now() + seconds * 1000 });
    this.#wakeAfter(seconds, message.queue);
  }

  /** The numbers of visible, received (in-flight) and delayed messages. */
  counts(named: string): { visible: number; inFlight: number; delayed: number } {
    const now = this.#options.clock.now();
    const messages = this.#of(this.get(named).name);
    const hidden = messages.filter(({ visibleAt }) => visibleAt > now);
    const inFlight = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
    return { visible: messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  /** Ends all waiting receives. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#closed = true;
    for (const name of [...this.#waiting.keys()]) this.#wake(name);
  }

  #of(name: string): StoredMessage[] {
    return this.#messages.values().filter(({ queue }) => queue === name);
  }

  #withReceipt(named: string, receipt: string): StoredMessage | undefined {
    const { name } = this.get(named);
    return this.#of(name).find((message) => message.receipt === receipt);
  }

  #duplicateOf(queue: QueueRecord, message: NewMessage, id: string): string | undefined {
    if (!queue.name.endsWith('.fifo')) return undefined;
    if (!message.groupId) {
      throw new ApiError(400, 'MissingParameter', 'The request must contain the parameter MessageGroupId.');
    }
    const byContent = queue.attributes.ContentBasedDeduplication === 'true';
    const key = message.deduplicationId ?? (byContent ? sha256(message.body) : undefined);
    if (key === undefined) {
      throw invalidValue(
        'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      );
    }
    const now = this.#options.clock.now();
    for (const [old, { at }] of this.#seen) {
      // All remaining ids are younger.
      if (now - at <= DEDUPLICATION_MS) break;
      this.#seen.delete(old);
    }
    const known = this.#seen.get(`${queue.name}/${key}`);
    if (known) return known.id;
    this.#seen.set(`${queue.name}/${key}`, { at: now, id });
    return undefined;
  }

  #take(queue: QueueRecord, max: number, visibilitySeconds?: number): ReceivedMessage[] {
    const now = this.#options.clock.now();
    const retention = numberAttribute(queue.attributes, 'MessageRetentionPeriod') * 1000;
    const seconds = visibilitySeconds ?? numberAttribute(queue.attributes, 'VisibilityTimeout');
    const messages = this.#of(queue.name).sort((a, b) => a.order - b.order);
    // In a FIFO queue no message overtakes an in-flight message of its group.
    const held = new Set(
      messages.flatMap(({ groupId, visibleAt }) => (groupId && visibleAt > now ? [groupId] : [])),
    );
    const fifo = queue.name.endsWith('.fifo');
    const received: ReceivedMessage[] = [];
    for (const message of messages) {
      if (received.length >= max) break;
      if (now - message.sentAt > retention) this.#messages.delete(message.id);
      else if (message.visibleAt <= now && !(fifo && held.has(message.groupId ?? ''))) {
        if (this.#redrive(queue, message)) continue;
        const taken: ReceivedMessage = {
          ...message,
          receiveCount: message.receiveCount + 1,
          firstReceivedAt: message.firstReceivedAt ?? now,
          visibleAt: now + seconds * 1000,
          receipt: this.#options.ids.hex(24),
        };
        this.#messages.set(message.id, taken);
        received.push(taken);
      }
    }
    // Messages that are not deleted in time become visible again, which wakes the waiting receivers.
    if (received.length > 0) this.#wakeAfter(seconds, queue.name);
    return received;
  }

  /** Moves a message that was received too often to the dead-letter queue. Returns whether it did. */
  #redrive(queue: QueueRecord, message: StoredMessage): boolean {
    const policy = queue.attributes.RedrivePolicy;
    if (!policy) return false;
    const { deadLetterTargetArn, maxReceiveCount } = readRedrivePolicy(policy);
    const target = this.find(deadLetterTargetArn);
    if (!target || message.receiveCount < maxReceiveCount) return false;
    const { receipt: _receipt, firstReceivedAt: _first, ...kept } = message;
    this.#messages.set(message.id, { ...kept, queue: target.name, receiveCount: 0 });
    this.#wake(target.name);
    return true;
  }

  #wakeAfter(seconds: number, name: string): void {
    if (seconds === 0) {
      this.#wake(name);
      return;
    }
    const cancel = this.#options.clock.after(seconds * 1000, () => {
      this.#timers.delete(cancel);
      this.#wake(name);
    });
    this.#timers.add(cancel);
  }

  #wake(name: string): void {
    for (const wake of this.#waiting.get(name) ?? []) wake();
  }

  #arrival(name: string, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting);
      const done = (): void => {
        cancel();
        waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#options.clock.after(ms, done);
      waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** A sequence number. SQS API reference, SendMessage, SequenceNumber: 128 bits. */
const sequenceOf = (order: number): string => String(order).padStart(20, '0');
