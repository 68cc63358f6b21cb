import { CfnParameter } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { MAX_PIN_DIGITS, MIN_PIN_DIGITS } from '#contract';

/** USD a month that the account may cost before the owner is notified; a small installation costs a tenth of that. */
const DEFAULT_BUDGET_USD = 50;

/**
 * What may be chosen at each deployment: `cdk deploy --parameters PinDigits=12`, or the option of
 * `./deploy.sh`. A parameter that is not named keeps its value.
 */
export class StackParameters {
  /** Address to which alarms are mailed; empty: nobody. */
  readonly alarmEmail: CfnParameter;
  readonly monthlyBudgetUsd: CfnParameter;
  readonly pinDigits: CfnParameter;

  constructor(scope: Construct) {
    this.alarmEmail = new CfnParameter(scope, 'AlarmEmail', {
      description: 'Who is told by mail when something is wrong or costs too much; empty: nobody',
      default: '',
      allowedPattern: '([^@\\s]+@[^@\\s]+)?',
      constraintDescription: 'a mail address, or nothing',
    });
    this.monthlyBudgetUsd = new CfnParameter(scope, 'MonthlyBudget', {
      type: 'Number',
      description: 'USD a month that the account may cost before somebody is told',
      default: DEFAULT_BUDGET_USD,
      minValue: 1,
    });
    this.pinDigits = new CfnParameter(scope, 'PinDigits', {
      type: 'Number',
      description: 'Digits of the PINs of new meetings; PINs of before stay good',
      default: MIN_PIN_DIGITS,
      minValue: MIN_PIN_DIGITS,
      maxValue: MAX_PIN_DIGITS,
    });
  }
}
