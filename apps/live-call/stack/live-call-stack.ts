import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CallTables } from './call-tables.ts';
import { nodeFunction, updateCallPythonFunction } from './functions.ts';
import { Monitoring } from './monitoring.ts';
import { Notices } from './notices.ts';
import { OperatorApi, type OperatorApiProps } from './operator-api.ts';
import { Operators } from './operators.ts';
import { OutgoingWav, promptKeys } from './outgoing-wav.ts';
import { StackParameters } from './parameters.ts';
import { type NumberWish, Telephony } from './telephony.ts';
import { WebClient } from './web-client.ts';

export interface LiveCallStackProps extends StackProps, NumberWish {
  /** See {@link TelephonyProps}. */
  readonly ownApplicationType?: boolean;
}

/** The whole stack: the telephone side, the functions, and the operators' API and page. */
export class LiveCallStack extends Stack {
  constructor(scope: Construct, id: string, props: LiveCallStackProps) {
    super(scope, id, props);
    const prompts = new OutgoingWav(this);
    const tables = new CallTables(this);

    const parameters = new StackParameters(this);
    const pinDigits = parameters.pinDigits.valueAsString;
    const smaHandler = this.smaHandler(tables, prompts, pinDigits);
    const telephony = new Telephony(this, 'Telephony', {
      smaHandler,
      number: props,
      ownApplicationType: props.ownApplicationType === true,
    });
    telephony.allowMeetings(smaHandler);
    telephony.allowAttendees(smaHandler, ['CreateAttendee', 'DeleteAttendee']);
    prompts.allowSipMediaApplication(telephony.sipMediaApplicationArn);

    const functions = {
      ...this.operatorFunctions(tables, telephony, pinDigits),
      ...this.meetingFunctions(tables, telephony),
    };

    const webClient = new WebClient(this, 'WebClient');
    const operators = new Operators(this, 'Operators', { pageUrl: webClient.url });
    const api = new OperatorApi(this, 'OperatorApi', {
      pageUrl: webClient.url,
      operators,
      functions,
    });
    const page = webClient.deploy({
      apiUrl: api.url,
      issuer: operators.issuer,
      clientId: operators.clientId,
      phoneNumber: telephony.phoneNumber,
    });

    new Monitoring(this, 'Monitoring', {
      smaHandler,
      accessLog: api.accessLog,
      sipMediaApplicationId: telephony.sipMediaApplicationId,
      notices: new Notices(this, 'Notices', parameters).topic,
    });
    telephony.comesLast(page);

    this.output('ConsoleUrl', webClient.url, 'The page for operators');
    this.output('ApiUrl', api.url, 'Base address of the API');
    this.output('PhoneNumber', telephony.phoneNumber, 'The number to dial');
    this.output(
      'SipMediaApplicationId',
      telephony.sipMediaApplicationId,
      'For UpdateSipMediaApplicationCall',
    );
    this.output('UserPoolId', operators.userPoolId, 'Operators are users of this pool');
    this.output('UserPoolClientId', operators.clientId, 'The page signs in as this client');
    this.output('PromptsBucket', prompts.bucket.bucketName, 'WAV prompts');
  }

  /** The function that answers each event of a call. */
  private smaHandler(tables: CallTables, prompts: OutgoingWav, pinDigits: string): LambdaFunction {
    const smaHandler = nodeFunction(this, 'smaHandler', {
      entry: 'sma-handler',
      description: 'Decides what each call does next',
      memoryMegabytes: 1024,
      // The service waits 20 s for an answer; if the function takes longer, the call is lost anyway.
      timeoutSeconds: 15,
      environment: {
        PROMPTS_BUCKET: prompts.bucket.bucketName,
        MEETING_INFO_TABLE: tables.meetingInfo.tableName,
        MEETING_ACCESS_TABLE: tables.meetingAccess.tableName,
        CALL_UPDATES_TABLE: tables.callUpdates.tableName,
        PIN_DIGITS: pinDigits,
      },
    });
    tables.grant(smaHandler, 'meetingInfo', ['PutItem', 'UpdateItem', 'DeleteItem', 'Query']);
    tables.grant(smaHandler, 'meetingAccess', [
      'GetItem',
      'BatchGetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
    ]);
    tables.grant(smaHandler, 'callUpdates', ['UpdateItem']);
    return smaHandler;
  }

  /** The functions behind the operators' API: the update twins, the state of all calls, and new meetings. */
  private operatorFunctions(
    tables: CallTables,
    telephony: Telephony,
    pinDigits: string,
  ): OperatorApiProps['functions'] {
    const updateEnvironment = {
      SIP_MEDIA_APPLICATION_ID: telephony.sipMediaApplicationId,
      MEETING_INFO_TABLE: tables.meetingInfo.tableName,
      CALL_UPDATES_TABLE: tables.callUpdates.tableName,
    };
    const updateCallNode = nodeFunction(this, 'updateCallNode', {
      entry: 'update-call-node',
      description: 'POST /updateCallNode: asks the SIP media application to change a call',
      memoryMegabytes: 1024,
      timeoutSeconds: 10,
      environment: updateEnvironment,
    });
    const updateCallPython = updateCallPythonFunction(this, updateEnvironment);
    for (const twin of [updateCallNode, updateCallPython]) {
      telephony.allowUpdateCall(twin);
      tables.grant(twin, 'callUpdates', ['UpdateItem', 'GetItem']);
      tables.grant(twin, 'meetingInfo', ['Query', 'DeleteItem']);
    }

    const queryMeetings = nodeFunction(this, 'queryMeetings', {
      entry: 'query-meetings',
      description: 'POST /queryMeetings: who is in which meeting now',
      memoryMegabytes: 512,
      timeoutSeconds: 10,
      environment: {
        ...updateEnvironment,
        MEETING_ACCESS_TABLE: tables.meetingAccess.tableName,
        PROMPTS: promptKeys().join(','),
      },
    });
    telephony.allowAttendees(queryMeetings, ['GetAttendee']);
    telephony.allowUpdateCall(queryMeetings);
    tables.grant(queryMeetings, 'meetingInfo', ['Query', 'UpdateItem', 'DeleteItem']);
    tables.grant(queryMeetings, 'meetingAccess', ['Query', 'BatchGetItem']);
    tables.grant(queryMeetings, 'callUpdates', ['Query']);

    const createMeeting = nodeFunction(this, 'createMeeting', {
      entry: 'create-meeting',
      description: 'POST /createMeeting: a meeting and its PIN',
      memoryMegabytes: 512,
      timeoutSeconds: 10,
      environment: {
        MEETING_ACCESS_TABLE: tables.meetingAccess.tableName,
        PIN_DIGITS: pinDigits,
      },
    });
    tables.grant(createMeeting, 'meetingAccess', ['Query', 'PutItem']);
    return { updateCallNode, updateCallPython, queryMeetings, createMeeting };
  }

  /** The functions that let operators join meetings with their browsers, mute them there and remove them. */
  private meetingFunctions(tables: CallTables, telephony: Telephony): OperatorApiProps['functions'] {
    const MEETING_INFO_TABLE = tables.meetingInfo.tableName;
    const joinMeeting = nodeFunction(this, 'joinMeeting', {
      entry: 'join-meeting',
      description: 'POST /joinMeeting: an attendee for the browser of an operator',
      memoryMegabytes: 512,
      timeoutSeconds: 15,
      environment: { MEETING_INFO_TABLE, MEETING_ACCESS_TABLE: tables.meetingAccess.tableName },
    });
    telephony.allowMeetings(joinMeeting);
    telephony.allowAttendees(joinMeeting, ['CreateAttendee']);
    tables.grant(joinMeeting, 'meetingAccess', ['GetItem']);
    tables.grant(joinMeeting, 'meetingInfo', ['PutItem']);

    const setAttendeeAudio = nodeFunction(this, 'setAttendeeAudio', {
      entry: 'set-attendee-audio',
      description: 'POST /setAttendeeAudio: mutes or unmutes an operator in a meeting',
      memoryMegabytes: 512,
      timeoutSeconds: 10,
      environment: { MEETING_INFO_TABLE },
    });
    telephony.allowAttendees(setAttendeeAudio, ['UpdateAttendeeCapabilities']);
    tables.grant(setAttendeeAudio, 'meetingInfo', ['GetItem', 'UpdateItem', 'DeleteItem']);

    const removeAttendee = nodeFunction(this, 'removeAttendee', {
      entry: 'remove-attendee',
      description: 'POST /removeAttendee: an operator leaves a meeting, or is made to',
      memoryMegabytes: 512,
      timeoutSeconds: 10,
      environment: { MEETING_INFO_TABLE },
    });
    telephony.allowAttendees(removeAttendee, ['DeleteAttendee']);
    tables.grant(removeAttendee, 'meetingInfo', ['GetItem', 'DeleteItem']);
    return { joinMeeting, setAttendeeAudio, removeAttendee };
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
