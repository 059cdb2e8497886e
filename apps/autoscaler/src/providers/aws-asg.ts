import { AsgProvider } from './aws-asg/asg-provider.js';
import { AwsClients } from './aws-asg/clients.js';
import { defineProvider } from './provider-definition.js';

/** EC2 Auto Scaling groups. Its variables are the AWS SDK's own: AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL… */
export const awsAsg = defineProvider({
  kind: 'aws-asg',
  variables: {},
  create: () => new AsgProvider(new AwsClients()),
});
