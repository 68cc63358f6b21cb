// No types and no imports: `npm start -- --help` reads this file before anything is installed.

export const DEFAULT_PORT = 4280;
export const DEFAULT_SIP_PORT = 5060;

/** What `--help` prints below the line that names the command. */
export const OPTIONS_HELP = `
  --port N       page and API (default ${DEFAULT_PORT}; 0: any free port)
  --sip-port N   SIP over UDP and TCP (default ${DEFAULT_SIP_PORT}; 0: any free port)
  --sip-tls-port N
                 SIP over TLS, with a certificate of its own (default: none; 0: any free port)
  --aws-port N   emulated AWS APIs (default 0: any free port)
  --data DIR     where data is kept (default .local/data)
  --ephemeral    keep nothing after exit
  --lan          let telephones of the local network call in (default: this machine only)
  PATH           run the handler in this file or folder (.ts, .js, .mjs, .cjs, .py), or the application of a folder
  --config FILE  run what this chime-local.config.ts (.js, .json) names; the one of this folder if there is one
  --template F   run the stack of this template (CloudFormation or SAM, YAML or JSON)
  --parameter K=V
                 value of a parameter of a template (several); K: NAME or STACK:NAME;
                 /NAME: of the parameter store
  --assembly DIR run the stacks of this cloud assembly (any CDK app's cdk.out)
  --bucket N=DIR a bucket with the files of a folder, which the application finds there (several)
  --no-events    print no line for each event of a call and its answer
  --record-keys  keep pressed keys in the records of calls (default: masked)
  --route N=URI  where bridged calls to a number go, or to all that begin so: +1206=sip:host:port;
                 or to the host of a Voice Connector's origination route: sbc.example.com=sip:host:port
  --party N=WHAT what the test party does that answers such numbers otherwise: busy, no-answer,
                 voicemail, "ring 2; answer; say Hello; press 1#; wait 5; hangup"
  --allow-network HOST
                 let functions reach this host (*.example.com: all below it); nothing else leaves
                 this machine
  --node-sockets carry sound by Node's own sockets only: no library is compiled for it
  --functions-on-demand
                 start functions when they are first invoked: less memory, but first calls wait
  --bot FILE     a bot for StartBotConversation: its intents, slots and prompts (docs/bots.md)
  --empty        run no application: deploy CDK apps to this machine with cdk deploy
                 (data in .local/account)
  --quotas       enforce the default quotas of an account: five call updates a second, and so on
  --region R     the account's Region (default us-east-1; others have data of their own)
  --endpoints F  where to write the addresses (default .local/endpoints.json)
  --verbose      print what functions log
  --help         print this

Commands: replay CALL (a recorded call with today's code), doctor (what this machine lacks), aws-env (environment for the AWS CLI and SDKs),
          check FILE (what is wrong with a function's answer, without a call)
`;
