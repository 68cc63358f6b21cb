import { isObject } from '#platform';
import { attribute, type Expansion, type SamResource } from './expansion.ts';
import { addEvent } from './function-events.ts';
import { rolePolicies } from './policies.ts';

/**
 * Expands `AWS::Serverless::StateMachine` to a machine with its role; `DefinitionUri` is a file of the
 * application or in a bucket.
 */
export function addStateMachine(expansion: Expansion, from: SamResource): [] {
  const { id, properties } = from;
  const { Definition, DefinitionUri, DefinitionSubstitutions, Name, Policies, Role, Type, Events } =
    properties;
  const roleId = `${id}Role`;
  if (Role === undefined) {
    expansion.addBeside(from, roleId, 'AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { Service: ['states.amazonaws.com'] } },
        ],
      },
      ...rolePolicies(id, Policies),
    });
  }
  const stored = isObject(DefinitionUri) ? DefinitionUri : undefined;
  expansion.add(
    id,
    'AWS::StepFunctions::StateMachine',
    {
      Definition,
      DefinitionS3Location: stored,
      DefinitionSubstitutions,
      RoleArn: Role ?? attribute(roleId, 'Arn'),
      StateMachineName: Name,
      StateMachineType: Type,
    },
    from,
  );
  for (const name of Object.keys(isObject(Events) ? Events : {}))
    addEvent(expansion, from, { name, type: 'StateMachine', properties: {} });
  return [];
}
