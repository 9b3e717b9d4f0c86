/** Two small policies: one permit and one forbid about one tool. */
export const TOOL = 'MailTarget___send';

const text = (effect: string, scope: string): string =>
  `// Intent: ${effect} ${scope}.\n${effect} (\n  principal is AgentCore::OAuthUser,\n  action == AgentCore::Action::"${TOOL}",\n  resource == AgentCore::Gateway::"{{gateway}}"\n)\nwhen { principal.hasTag("${scope}") };\n`;

export const MAY = { name: 'managers_may', text: text('permit', 'manager') };
export const NEVER = { name: 'developers_never', text: text('forbid', 'developer') };
