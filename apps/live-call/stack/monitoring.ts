import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  FilterPattern,
  type IFilterPattern,
  type ILogGroup,
  LogGroup,
  MetricFilter,
  RetentionDays,
} from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface MonitoringProps {
  readonly smaHandler: LambdaFunction;
  /** The log of the operators' API: a line of JSON for each request. */
  readonly accessLog: ILogGroup;
  readonly sipMediaApplicationId: string;
  /** The topic that alarms publish to. */
  readonly notices: ITopic;
}

/** Alarms evaluate five minutes: long enough to be noticed, and a single bad call raises one. */
const PERIOD = Duration.minutes(5);
/** Concurrent calls from which an alarm is raised: the costs of the account grow with them. */
const MANY_CALLS = 20;
/** Metrics of SIP media applications. Administration guide, "Monitoring the Amazon Chime SDK with Amazon CloudWatch". */
const VOICE_METRICS = 'AWS/ChimeVoiceConnector';

/** Alarms that tell an owner that something is wrong, and a dashboard of the present state. */
export class Monitoring extends Construct {
  private readonly notices: ITopic;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { smaHandler, accessLog } = props;
    this.notices = props.notices;
    this.sipMessageLog(props.sipMediaApplicationId);
    const errors = smaHandler.metricErrors({ period: PERIOD, statistic: Stats.SUM });
    this.alarm('HandlerErrors', errors, 'smaHandler failed: callers hear nothing, or are hung up on.');
    const slow = smaHandler.metricDuration({ period: PERIOD, statistic: Stats.p(99) });
    this.alarm('HandlerSlow', slow, 'smaHandler needs seconds: callers hear silence.', 5_000);
    const refused = FilterPattern.allTerms('The service refused a response');
    const invalid = this.counted('InvalidResponses', smaHandler.logGroup, refused);
    this.alarm('InvalidLambdaResponse', invalid, 'The service could not carry out what smaHandler answered.');
    const tooMany = FilterPattern.stringValue('$.status', '=', '429');
    const throttled = this.counted('Throttled', accessLog, tooMany);
    this.alarm('ThrottledUpdates', throttled, 'Requests were refused: five updates a second are granted.');
    const calls = new Metric({
      namespace: VOICE_METRICS,
      metricName: 'SmaActiveCallCount',
      period: PERIOD,
      statistic: Stats.MAXIMUM,
    });
    this.alarm(
      'ManyCalls',
      calls,
      `More than ${MANY_CALLS} calls at one time: each minute costs.`,
      MANY_CALLS,
    );
    this.dashboard([errors, invalid, throttled], [slow], [calls]);
  }

  /** The service writes to a log group of that name; created here, it expires and is deleted with the stack. */
  private sipMessageLog(sipMediaApplicationId: string): void {
    new LogGroup(this, 'SipMessages', {
      logGroupName: `/aws/ChimeSipMediaApplicationSipMessages/${sipMediaApplicationId}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** A metric that counts how often such a line occurs in a log. */
  private counted(id: string, logGroup: ILogGroup, filterPattern: IFilterPattern): IMetric {
    const filter = new MetricFilter(this, id, {
      logGroup,
      filterPattern,
      metricNamespace: Stack.of(this).stackName,
      metricName: id,
      metricValue: '1',
    });
    return filter.metric({ period: PERIOD, statistic: Stats.SUM });
  }

  private alarm(id: string, metric: IMetric, alarmDescription: string, threshold = 0): void {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.notices));
  }

  private dashboard(failures: IMetric[], durations: IMetric[], calls: IMetric[]): void {
    const width = 8;
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          new GraphWidget({ title: 'Failures', left: failures, width }),
          new GraphWidget({ title: 'smaHandler, milliseconds (p99)', left: durations, width }),
          new GraphWidget({ title: 'Calls at one time', left: calls, width }),
        ],
      ],
    });
  }
}
