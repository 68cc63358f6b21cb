/** TagResource, UntagResource and ListTagsForResource, which are the same in both APIs. */
import type { Collection } from '#platform';
import type { ApiError } from '../rest/api-error.ts';

export interface Tag {
  Key: string;
  Value: string;
}

/** Maximum number of tags per resource. AWS general reference, "Tagging your AWS resources". */
export const MAX_TAGS_PER_RESOURCE = 50;

export interface TagStore {
  /**
   * Adds tags, or replaces those with the same key. Throws the error from `tooMany` if more than 50 would
   * result.
   */
  tag(arn: string, tags: Tag[]): void;
  untag(arn: string, keys: string[]): void;
  list(arn: string): Tag[];
  /** Removes all tags of a deleted resource. */
  forget(arn: string): void;
}

export function createTagStore(tags: Collection<Tag[]>, tooMany: (message: string) => ApiError): TagStore {
  return {
    tag(arn, added) {
      if (added.length === 0) return;
      const all = new Map((tags.get(arn) ?? []).map((tag) => [tag.Key, tag.Value]));
      for (const { Key, Value } of added) all.set(Key, Value);
      if (all.size > MAX_TAGS_PER_RESOURCE) {
        throw tooMany(
          `A resource has at most ${MAX_TAGS_PER_RESOURCE} tags; this one would have ${all.size}`,
        );
      }
      tags.set(
        arn,
        [...all].map(([Key, Value]) => ({ Key, Value })),
      );
    },
    untag(arn, keys) {
      const left = (tags.get(arn) ?? []).filter((tag) => !keys.includes(tag.Key));
      if (left.length === 0) tags.delete(arn);
      else tags.set(arn, left);
    },
    list: (arn) => tags.get(arn) ?? [],
    forget: (arn) => tags.delete(arn),
  };
}
