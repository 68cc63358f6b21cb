/**
 * Elastic Container Registry: only the repositories that the CDK bootstrap creates. Images are not stored.
 */
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService, type JsonOperation } from '../rest/json-service.ts';

/**
 * The repositories of the account, by name. They are created and deleted with the stacks that declare them.
 */
export class Repositories {
  readonly #names = new Set<string>();

  add(name: string): void {
    this.#names.add(name);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  list(): string[] {
    return [...this.#names];
  }
}

export interface EcrOptions {
  repositories: Repositories;
  accountId: string;
  region: string;
}

export function createEcr({ repositories, accountId, region }: EcrOptions): AwsService {
  const show = (name: string): object => ({
    repositoryArn: `arn:aws:ecr:${region}:${accountId}:repository/${name}`,
    registryId: accountId,
    repositoryName: name,
    repositoryUri: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}`,
  });
  const existing = (name: string): string => {
    if (repositories.has(name)) return name;
    const message = `The repository with name '${name}' does not exist in the registry with id '${accountId}'`;
    throw new ApiError(400, 'RepositoryNotFoundException', message);
  };
  const arnOf = (name: unknown): string => `arn:aws:ecr:${region}:${accountId}:repository/${name}`;
  const operations: Record<string, JsonOperation> = {
    DescribeRepositories(input) {
      const names = input.repositoryNames as string[] | undefined;
      return { repositories: (names?.map(existing) ?? repositories.list()).map(show) };
    },
    DescribeImages(input) {
      existing(String(input.repositoryName));
      throw new ApiError(
        400,
        'ImageNotFoundException',
        'The runtime keeps no images: container functions do not run here.',
      );
    },
    ListImages(input) {
      existing(String(input.repositoryName));
      return { imageIds: [] };
    },
  };
  return createJsonService('ECR', ['ecr'], operations, ({ repositoryName, repositoryNames }) =>
    [repositoryName, repositoryNames]
      .flat()
      .flatMap((name) => (typeof name === 'string' ? [arnOf(name)] : [])),
  );
}
