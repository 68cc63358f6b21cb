import { CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { CfnSipMediaApplication } from 'aws-cdk-lib/aws-chime';
import { Policy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import { nodeFunction } from './functions.ts';
import { VOICE_SERVICE } from './outgoing-wav.ts';

/** Operations on an attendee, as IAM names them. */
type AttendeeOperation = 'CreateAttendee' | 'GetAttendee' | 'DeleteAttendee' | 'UpdateAttendeeCapabilities';

export interface TelephonyProps {
  readonly smaHandler: LambdaFunction;
  readonly number: NumberWish;
  /**
   * CloudFormation has no type for SIP media applications in this Region: our custom resource creates the
   * application.
   */
  readonly ownApplicationType?: boolean;
}

/** The number that the stack asks for. Members that are left out exclude nothing: the stack's present number fits. */
export interface NumberWish {
  /** Area code of the number to buy, e.g. `206`; any local number of the country when left out. */
  readonly areaCode?: string;
  /** E.164: a number that the account has already, which the stack uses and never releases. */
  readonly number?: string;
  /** E.164: the number that may be replaced when it no longer fits the wish. Without it no number is ever replaced. */
  readonly replaceNumber?: string;
  /** Keep (and continue to pay for) the number when the stack is destroyed; it is released when absent. */
  readonly keepNumber?: boolean;
}

interface Application {
  id: string;
  arn: string;
}

/** Time for which CloudFormation waits for the number: an order may take minutes. */
const NUMBER_TIMEOUT = Duration.minutes(15);

/** SIP media application, telephone number and SIP rule, which route the number to `smaHandler`. */
export class Telephony extends Construct {
  readonly sipMediaApplicationId: string;
  readonly sipMediaApplicationArn: string;
  /** E.164. */
  readonly phoneNumber: string;
  private readonly number: CustomResource;
  private readonly rule: CustomResource;

  constructor(scope: Construct, id: string, props: TelephonyProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const chimeResources = this.chimeResources();
    const application = props.ownApplicationType
      ? this.ownApplication(chimeResources, props.smaHandler)
      : this.application(props.smaHandler);
    this.sipMediaApplicationId = application.id;
    this.sipMediaApplicationArn = application.arn;
    props.smaHandler.addPermission('InvokedByVoiceService', {
      principal: new ServicePrincipal(VOICE_SERVICE),
      sourceAccount: stack.account,
      sourceArn: this.sipMediaApplicationArn,
    });

    this.logMessages(chimeResources);
    const { areaCode, number: own, replaceNumber, keepNumber } = props.number;
    this.number = new CustomResource(this, 'PhoneNumber', {
      resourceType: 'Custom::ChimePhoneNumber',
      serviceToken: chimeResources.functionArn,
      serviceTimeout: NUMBER_TIMEOUT,
      properties: {
        Name: `${stack.stackName}-number`,
        Country: 'US',
        PhoneNumberType: 'Local',
        ...(areaCode === undefined ? {} : { AreaCode: areaCode }),
        ...(own === undefined ? {} : { Number: own }),
        ...(replaceNumber === undefined ? {} : { ReplaceNumber: replaceNumber }),
        ReleaseOnDelete: keepNumber !== true,
      },
    });
    this.phoneNumber = this.number.getAttString('E164PhoneNumber');
    this.rule = new CustomResource(this, 'SipRule', {
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

  /**
   * Creates number and rule after everything else in the stack, and deletes them first: whatever fails, fails
   * before a number is bought. `afterNumber`: constructs that need the number itself.
   */
  comesLast(...afterNumber: IConstruct[]): void {
    const later = [this.number, this.rule, ...afterNumber];
    const before = (child: IConstruct): IConstruct[] => {
      if (later.includes(child) || child instanceof CfnOutput) return [];
      const holdsLater = later.some((one) => one.node.scopes.includes(child));
      return holdsLater ? child.node.children.flatMap(before) : [child];
    };
    this.number.node.addDependency(...Stack.of(this).node.children.flatMap(before));
  }

  /** Grants the function the right to change calls of this application. */
  allowUpdateCall(to: LambdaFunction): void {
    to.addToRolePolicy(
      new PolicyStatement({
        actions: ['chime:UpdateSipMediaApplicationCall'],
        resources: [this.sipMediaApplicationArn],
      }),
    );
  }

  /** Grants the function the right to get or create meetings of this account. */
  allowMeetings(to: LambdaFunction): void {
    // CreateMeeting has no resource type to name: service authorization reference, Amazon Chime.
    to.addToRolePolicy(new PolicyStatement({ actions: ['chime:CreateMeeting'], resources: ['*'] }));
  }

  /** Grants the function exactly these operations on attendees of meetings of this account. */
  allowAttendees(to: LambdaFunction, operations: AttendeeOperation[]): void {
    const { partition, region, account } = Stack.of(this);
    to.addToRolePolicy(
      new PolicyStatement({
        actions: operations.map((operation) => `chime:${operation}`),
        // Some ARNs of meetings have no Region.
        resources: [
          `arn:${partition}:chime::${account}:meeting/*`,
          `arn:${partition}:chime:${region}:${account}:meeting/*`,
        ],
      }),
    );
  }

  private application(smaHandler: LambdaFunction): Application {
    const stack = Stack.of(this);
    const made = new CfnSipMediaApplication(this, 'SipMediaApplication', {
      awsRegion: stack.region,
      name: `${stack.stackName}-sma`,
      endpoints: [{ lambdaArn: smaHandler.functionArn }],
    });
    return { id: made.attrSipMediaApplicationId, arn: made.attrSipMediaApplicationArn };
  }

  /** The service logs the SIP messages of the application's calls: they show why a call did not come through. */
  private logMessages(chimeResources: LambdaFunction): void {
    // A separate policy: the function's other one is needed before there is an application to name.
    const allowed = new Policy(this, 'SipMessageLogsPolicy', {
      statements: [
        new PolicyStatement({
          actions: ['chime:PutSipMediaApplicationLoggingConfiguration'],
          resources: [this.sipMediaApplicationArn],
        }),
      ],
      ...(chimeResources.role ? { roles: [chimeResources.role] } : {}),
    });
    const logs = new CustomResource(this, 'SipMessageLogs', {
      resourceType: 'Custom::ChimeSipMessageLogs',
      serviceToken: chimeResources.functionArn,
      serviceTimeout: NUMBER_TIMEOUT,
      properties: { SipMediaApplicationId: this.sipMediaApplicationId, Enabled: true },
    });
    logs.node.addDependency(allowed);
  }

  private ownApplication(chimeResources: LambdaFunction, smaHandler: LambdaFunction): Application {
    const { region, stackName } = Stack.of(this);
    const allowed = chimeResources.role?.addToPrincipalPolicy(
      new PolicyStatement({
        // The application has no id before it is created, and is looked for by its name.
        actions: [
          'chime:CreateSipMediaApplication',
          'chime:ListSipMediaApplications',
          'chime:UpdateSipMediaApplication',
          'chime:DeleteSipMediaApplication',
        ],
        resources: ['*'],
      }),
    );
    const made = new CustomResource(this, 'OwnSipMediaApplication', {
      resourceType: 'Custom::ChimeSipMediaApplication',
      serviceToken: chimeResources.functionArn,
      serviceTimeout: NUMBER_TIMEOUT,
      properties: { Name: `${stackName}-sma`, AwsRegion: region, LambdaArn: smaHandler.functionArn },
    });
    if (allowed?.policyDependable) made.node.addDependency(allowed.policyDependable);
    return {
      id: made.getAttString('SipMediaApplicationId'),
      arn: made.getAttString('SipMediaApplicationArn'),
    };
  }

  /** Creates the resources for which CloudFormation has no type. */
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
          'chime:ListPhoneNumberOrders',
          'chime:ListPhoneNumbers',
          'chime:GetPhoneNumber',
          'chime:UpdatePhoneNumber',
          'chime:DeletePhoneNumber',
          'chime:RestorePhoneNumber',
          'chime:CreateSipRule',
          'chime:ListSipRules',
          'chime:UpdateSipRule',
          'chime:DeleteSipRule',
        ],
        resources: ['*'],
      }),
    );
    // A number ordered for a stack that is rolled back in the meantime must be given up again.
    chimeResources.addToRolePolicy(
      new PolicyStatement({
        actions: ['cloudformation:DescribeStacks'],
        resources: [Stack.of(this).stackId],
      }),
    );
    // A late request must not be repeated after the Delete that followed it.
    chimeResources.configureAsyncInvoke({ retryAttempts: 0 });
    return chimeResources;
  }
}
