import { Aws, CfnCondition, Fn, Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnTopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StackParameters } from './parameters.ts';

/** Percentages of the budget at which the owner is notified: of the money spent, and of the month's forecast. */
const SPENT_PERCENT = 80;
const FORECAST_PERCENT = 100;

/** Who is notified of alarms and costs. */
export class Notices extends Construct {
  /** Alarms publish to this topic; others may subscribe. */
  readonly topic: Topic;

  constructor(scope: Construct, id: string, parameters: StackParameters) {
    super(scope, id);
    const { account } = Stack.of(this);
    const email = parameters.alarmEmail.valueAsString;
    const byMail = new CfnCondition(this, 'ByMail', {
      expression: Fn.conditionNot(Fn.conditionEquals(email, '')),
    });
    this.topic = new Topic(this, 'Alarms', {
      displayName: `${Stack.of(this).stackName} alarms`,
      enforceSSL: true,
    });
    // A topic policy replaces the default one, which lets CloudWatch publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    // In the topic, not in a resource that may be missing: the number waits for every resource of the stack.
    const subscriptions = Fn.conditionIf(
      byMail.logicalId,
      [{ Protocol: 'email', Endpoint: email }],
      Aws.NO_VALUE,
    );
    (this.topic.node.defaultChild as CfnTopic).addPropertyOverride('Subscription', subscriptions);
    const notice = (notificationType: string, threshold: number) => ({
      Notification: {
        NotificationType: notificationType,
        ComparisonOperator: 'GREATER_THAN',
        Threshold: threshold,
        ThresholdType: 'PERCENTAGE',
      },
      Subscribers: [{ SubscriptionType: 'EMAIL', Address: email }],
    });
    const notices = [notice('ACTUAL', SPENT_PERCENT), notice('FORECASTED', FORECAST_PERCENT)];
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: parameters.monthlyBudgetUsd.valueAsNumber, unit: 'USD' },
      },
      notificationsWithSubscribers: Fn.conditionIf(byMail.logicalId, notices, Aws.NO_VALUE),
    });
  }
}
