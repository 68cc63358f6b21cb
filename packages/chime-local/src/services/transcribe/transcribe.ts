/** Amazon Transcribe: the API of transcription jobs. */
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService, type JsonInput, textOf } from '../rest/json-service.ts';
import { pageOf } from '../rest/paging.ts';
import type { TranscriptionJob, TranscriptionJobs } from './transcription-jobs.ts';

/** Maximum number of jobs per page. API reference, ListTranscriptionJobs. */
const PAGE = 5;
/** Pattern of a job's name. API reference, StartTranscriptionJob. */
const NAME = /^[0-9a-zA-Z._-]{1,200}$/;

export interface TranscribeOptions {
  jobs: TranscriptionJobs;
  accountId: string;
  region: string;
  /** Returns a presigned URL of an object, for results in the service's own bucket. */
  presign(bucket: string, key: string): Promise<string>;
}

export function createTranscribe({ jobs, accountId, region, presign }: TranscribeOptions): AwsService {
  const find = (input: JsonInput): TranscriptionJob => {
    const job = jobs.find(textOf(input, 'TranscriptionJobName'));
    if (job) return job;
    const message = "The requested job couldn't be found. Check the job name and try your request again.";
    throw new ApiError(400, 'BadRequestException', message);
  };
  const uriOf = async (job: TranscriptionJob): Promise<string> => {
    const { bucket, key } = jobs.resultOf(job);
    return job.outputBucket ? `https://s3.${region}.amazonaws.com/${bucket}/${key}` : presign(bucket, key);
  };
  const show = async (job: TranscriptionJob): Promise<object> => ({
    ...summaryOf(job),
    Media: { MediaFileUri: job.mediaUri },
    MediaFormat: job.mediaFormat,
    ...(job.status === 'COMPLETED' ? { Transcript: { TranscriptFileUri: await uriOf(job) } } : {}),
  });
  const operations = {
    StartTranscriptionJob: async (input: JsonInput) => ({
      TranscriptionJob: await show(jobs.start(asked(input))),
    }),
    GetTranscriptionJob: async (input: JsonInput) => ({ TranscriptionJob: await show(find(input)) }),
    ListTranscriptionJobs(input: JsonInput) {
      const { Status, JobNameContains = '', MaxResults = PAGE, NextToken } = input;
      const found = jobs
        .list()
        .filter(
          ({ status, name }) => (!Status || status === Status) && name.includes(String(JobNameContains)),
        );
      const keyOf = ({ createdAt, name }: TranscriptionJob): string =>
        `${String(Number.MAX_SAFE_INTEGER - createdAt).padStart(16, '0')} ${name}`;
      const page = pageOf(found, keyOf, Number(MaxResults), NextToken as string | undefined);
      return { TranscriptionJobSummaries: page.items.map(summaryOf), NextToken: page.nextToken };
    },
    DeleteTranscriptionJob(input: JsonInput) {
      jobs.delete(find(input).name);
      return {};
    },
  };
  const arnOf = (name: string): string =>
    `arn:aws:transcribe:${region}:${accountId}:transcription-job/${name}`;
  return createJsonService('Amazon Transcribe', ['transcribe'], operations, ({ TranscriptionJobName }) =>
    typeof TranscriptionJobName === 'string' ? [arnOf(TranscriptionJobName)] : [],
  );
}

function summaryOf(job: TranscriptionJob): object {
  return {
    TranscriptionJobName: job.name,
    TranscriptionJobStatus: job.status,
    LanguageCode: job.languageCode,
    CreationTime: job.createdAt / 1000,
    StartTime: job.createdAt / 1000,
    ...(job.completedAt === undefined ? {} : { CompletionTime: job.completedAt / 1000 }),
    ...(job.failureReason === undefined ? {} : { FailureReason: job.failureReason }),
  };
}

/** Validates a request. @throws ApiError */
function asked(input: JsonInput): Omit<TranscriptionJob, 'status' | 'createdAt'> {
  const name = textOf(input, 'TranscriptionJobName');
  if (!NAME.test(name)) {
    throw new ApiError(
      400,
      'BadRequestException',
      `TranscriptionJobName "${name.slice(0, 200)}" is no name of a job`,
    );
  }
  const { MediaFileUri: mediaUri } = (input.Media ?? {}) as { MediaFileUri?: unknown };
  if (typeof mediaUri !== 'string') {
    throw new ApiError(400, 'BadRequestException', 'Media.MediaFileUri must be given');
  }
  const { LanguageCode, IdentifyLanguage, IdentifyMultipleLanguages } = input;
  if (!LanguageCode && !IdentifyLanguage && !IdentifyMultipleLanguages) {
    throw new ApiError(400, 'BadRequestException', 'LanguageCode or IdentifyLanguage must be given');
  }
  return {
    name,
    mediaUri,
    languageCode: String(LanguageCode ?? 'en-US'),
    mediaFormat: String(input.MediaFormat ?? 'wav'),
    outputBucket: input.OutputBucketName as string | undefined,
    outputKey: input.OutputKey as string | undefined,
  };
}
