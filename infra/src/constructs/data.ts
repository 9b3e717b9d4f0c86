/** Where rows are kept and whom mail comes from. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import type { BundledFunction } from './bundled-function.ts';

/** What the HR tools do with rows: one at a time, by its key. No Query and no Scan reads everyone's, nothing deletes. */
const ROW_ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];

export interface DataProps {
  /** The company's mail domain: the only one that gets mail. */
  readonly domain: string;
  /** Address that mail comes from, at that domain. */
  readonly sender: string;
  /** Whether rows go with the stack. If not, the table is kept and refuses to be deleted. */
  readonly disposable: boolean;
}

export class Data extends Construct {
  readonly table: Table;
  /** Who reads and writes rows. */
  readonly readers: BundledFunction[] = [];
  readonly #sender: EmailIdentity;
  readonly #props: DataProps;

  constructor(scope: Construct, id: string, props: DataProps) {
    super(scope, id);
    this.#props = props;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !props.disposable,
      removalPolicy: props.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    this.#sender = new EmailIdentity(this, 'Sender', { identity: Identity.email(props.sender) });
  }

  /** Lets a function read and write rows of the table. */
  allowRows(reader: BundledFunction): void {
    reader.allow(ROW_ACTIONS, this.table.tableArn);
    this.readers.push(reader);
  }

  /**
   * Lets a function send as the company to the company. IAM sees every recipient (to, cc, bcc), so the tool's own check
   * of the address has a second one behind it. `Null` refuses a call without recipients, which `ForAllValues` would pass.
   */
  allowMail(mailer: BundledFunction): void {
    mailer.allow(['ses:SendEmail'], this.#sender.emailIdentityArn, {
      StringEquals: { 'ses:FromAddress': this.#props.sender },
      'ForAllValues:StringLike': { 'ses:Recipients': [`*@${this.#props.domain}`] },
      Null: { 'ses:Recipients': 'false' },
    });
  }
}
