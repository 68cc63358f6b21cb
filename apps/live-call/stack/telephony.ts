import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { CfnSipMediaApplication } from 'aws-cdk-lib/aws-chime';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { nodeFunction } from './functions.ts';
import { VOICE_SERVICE } from './outgoing-wav.ts';

/** Operations on an attendee, as IAM names them. */
type AttendeeOperation = 'CreateAttendee' | 'DeleteAttendee' | 'UpdateAttendeeCapabilities';

export interface TelephonyProps {
  readonly smaHandler: LambdaFunction;
  /** Any local number of the country when left out. */
  readonly areaCode?: string;
  /** Released with the stack when left out. */
  readonly keepNumber?: boolean;
}

/** Seconds CloudFormation waits for the number: an order may take minutes. */
const NUMBER_TIMEOUT = Duration.minutes(15);

/** SIP media application, telephone number, SIP rule: what routes the number to `smaHandler`. */
export class Telephony extends Construct {
  readonly sipMediaApplicationId: string;
  readonly sipMediaApplicationArn: string;
  /** E.164. */
  readonly phoneNumber: string;

  constructor(scope: Construct, id: string, props: TelephonyProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const application = new CfnSipMediaApplication(this, 'SipMediaApplication', {
      awsRegion: stack.region,
      name: `${stack.stackName}-sma`,
      endpoints: [{ lambdaArn: props.smaHandler.functionArn }],
    });
    this.sipMediaApplicationId = application.attrSipMediaApplicationId;
    this.sipMediaApplicationArn = application.attrSipMediaApplicationArn;
    props.smaHandler.addPermission('InvokedByVoiceService', {
      principal: new ServicePrincipal(VOICE_SERVICE),
      sourceAccount: stack.account,
      sourceArn: this.sipMediaApplicationArn,
    });

    const chimeResources = this.chimeResources();
    const number = new CustomResource(this, 'PhoneNumber', {
      resourceType: 'Custom::ChimePhoneNumber',
      serviceToken: chimeResources.functionArn,
      serviceTimeout: NUMBER_TIMEOUT,
      properties: {
        Name: `${stack.stackName}-number`,
        Country: 'US',
        PhoneNumberType: 'Local',
        ...(props.areaCode === undefined ? {} : { AreaCode: props.areaCode }),
        ReleaseOnDelete: props.keepNumber !== true,
      },
    });
    this.phoneNumber = number.getAttString('E164PhoneNumber');
    new CustomResource(this, 'SipRule', {
      resourceType: 'Custom::ChimeSipRule',
      serviceToken: chimeResources.functionArn,
      serviceTimeout: NUMBER_TIMEOUT,
      properties: {
        Name: `${stack.stackName}-rule`,
        TriggerType: 'ToPhoneNumber',
        TriggerValue: this.phoneNumber,
        Disabled: false,
        TargetApplications: [
          { SipMediaApplicationId: this.sipMediaApplicationId, Priority: 1, AwsRegion: stack.region },
        ],
      },
    });
  }

  /** Lets the function change calls of this application. */
  allowUpdateCall(to: LambdaFunction): void {
    to.addToRolePolicy(
      new PolicyStatement({
        actions: ['chime:UpdateSipMediaApplicationCall'],
        resources: [this.sipMediaApplicationArn],
      }),
    );
  }

  /** Lets the function get or create meetings of this account. */
  allowMeetings(to: LambdaFunction): void {
    // CreateMeeting has no resource type to name: service authorization reference, Amazon Chime.
    to.addToRolePolicy(new PolicyStatement({ actions: ['chime:CreateMeeting'], resources: ['*'] }));
  }

  /** Lets the function do just these operations on attendees of meetings of this account. */
  allowAttendees(to: LambdaFunction, operations: AttendeeOperation[]): void {
    const { partition, region, account } = Stack.of(this);
    to.addToRolePolicy(
      new PolicyStatement({
        actions: operations.map((operation) => `chime:${operation}`),
        // Meetings exist without a Region in their ARN, too.
        resources: [
          `arn:${partition}:chime::${account}:meeting/*`,
          `arn:${partition}:chime:${region}:${account}:meeting/*`,
        ],
      }),
    );
  }

  /** Makes what CloudFormation has no type for. */
  private chimeResources(): LambdaFunction {
    const chimeResources = nodeFunction(this, 'chimeResources', {
      entry: 'chime-resources',
      description: 'CloudFormation custom resources: telephone number and SIP rule',
      memoryMegabytes: 256,
      timeoutSeconds: 870,
    });
    chimeResources.addToRolePolicy(
      new PolicyStatement({
        // None of these has a resource type to name: service authorization reference, Amazon Chime.
        actions: [
          'chime:SearchAvailablePhoneNumbers',
          'chime:CreatePhoneNumberOrder',
          'chime:GetPhoneNumberOrder',
          'chime:ListPhoneNumbers',
          'chime:GetPhoneNumber',
          'chime:DeletePhoneNumber',
          'chime:CreateSipRule',
          'chime:ListSipRules',
          'chime:UpdateSipRule',
          'chime:DeleteSipRule',
        ],
        resources: ['*'],
      }),
    );
    return chimeResources;
  }
}
