import { CloudFormationClient } from '@aws-sdk/client-cloudformation';

/** What CloudFormation answers about every stack. */
export interface PretendStacks {
  client: CloudFormationClient;
  /** Undefined: there is no such stack. */
  status: string | undefined;
  /** Error codes that are answered first, one for each request. */
  refusals: string[];
}

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

const answered = (status: string): string =>
  `<DescribeStacksResponse xmlns="${NAMESPACE}"><DescribeStacksResult><Stacks><member>` +
  `<StackName>LiveCall</StackName><StackStatus>${status}</StackStatus>` +
  `<CreationTime>2026-11-30T00:00:00Z</CreationTime></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
const refused = (code: string, message: string): string =>
  `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code>` +
  `<Message>${message}</Message></Error></ErrorResponse>`;

/** A real CloudFormation client whose answers are made up here. */
export function pretendStacks(): PretendStacks {
  const answer = (): { statusCode: number; text: string } => {
    const code = stacks.refusals.shift();
    if (code !== undefined) return { statusCode: 400, text: refused(code, 'pretended') };
    if (stacks.status !== undefined) return { statusCode: 200, text: answered(stacks.status) };
    return { statusCode: 400, text: refused('ValidationError', 'Stack with id LiveCall does not exist') };
  };
  const handle = async () => {
    const { statusCode, text } = answer();
    const headers = { 'content-type': 'text/xml' };
    return { response: { statusCode, headers, body: new TextEncoder().encode(text) } as never };
  };
  const client = new CloudFormationClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDDEPLOYER', secretAccessKey: 'secret of the deployer' },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  });
  const stacks: PretendStacks = { client, status: 'CREATE_IN_PROGRESS', refusals: [] };
  return stacks;
}
