/** What a runtime runs, and what its role must read for it. Both synthesize without Docker. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';

export type AgentArtifact = {
  readonly artifact: agentcore.AgentRuntimeArtifact;
  /** For the runtime's role. */
  readonly permissions: readonly PolicyStatement[];
};

const allow = (actions: string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

/** An image for arm64, the only architecture of the service. Built at deployment. */
export function containerArtifact(scope: Construct, directory: string): AgentArtifact {
  const { imageUri, repository } = new DockerImageAsset(scope, 'Image', {
    directory,
    platform: Platform.LINUX_ARM64,
  });
  return {
    artifact: agentcore.AgentRuntimeArtifact.fromImageUri(imageUri),
    permissions: [
      allow(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], repository.repositoryArn),
      allow(['ecr:GetAuthorizationToken'], '*'),
    ],
  };
}

/** The service starts a `.js` file (devguide runtime-get-started-code-deploy-node); the bundle is an ES module. */
const ENTRY = 'main.js';
const STARTER = "import('./main.mjs');\n";

/** The bundle as a zip archive, run by the service's own Node 22. */
export function zipArtifact(scope: Construct, bundle: string): AgentArtifact {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-zip-'));
  try {
    cpSync(join(bundle, 'main.mjs'), join(folder, 'main.mjs'));
    writeFileSync(join(folder, ENTRY), STARTER);
    // It is copied into the assembly at once.
    const {
      bucket,
      s3BucketName: bucketName,
      s3ObjectKey: objectKey,
    } = new Asset(scope, 'Code', { path: folder });
    return {
      artifact: agentcore.AgentRuntimeArtifact.fromS3(
        { bucketName, objectKey },
        agentcore.AgentCoreRuntime.NODE_22,
        [ENTRY],
      ),
      permissions: [allow(['s3:GetObject'], bucket.arnForObjects(objectKey))],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
