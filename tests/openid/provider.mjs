// The certified OpenID provider of npm's `oidc-provider`, as a process of its own.
//
//   node provider.mjs <folder that has node_modules> <JSON: { clients, people, authentication }>
//
// `clients` is the library's own client metadata; `people` gives each login its
// claims, any password will do; `authentication` is how clients prove who they
// are, client_secret_basic if it is left out. Prints one line, {"issuer": …}, when
// it listens on a free port of the loopback, and ends when its standard input does.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tools, json] = process.argv.slice(2);
const { clients, people, authentication = 'client_secret_basic' } = JSON.parse(json);
const library = resolve(tools, 'node_modules/oidc-provider/lib/index.js');
const { Provider } = await import(pathToFileURL(library));

const key = (type, options, about) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  ...about,
});

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients,
  jwks: {
    keys: [
      key('rsa', { modulusLength: 2048 }, { kid: 'rsa' }),
      key('ec', { namedCurve: 'P-256' }, { kid: 'p-256', alg: 'ES256' }),
    ],
  },
  cookies: { keys: ['for tests alone'] },
  clientAuthMethods: [authentication],
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'],
  },
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'external_id', 'roles'],
  },
  findAccount: (_, login) =>
    people[login] && { accountId: login, claims: () => ({ sub: login, ...people[login] }) },
  // The library goes to no loopback by itself; here nothing is anywhere else.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  features: {
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
});

server.on('request', provider.callback());
console.log(JSON.stringify({ issuer }));
process.stdin.on('end', () => process.exit(0)).resume();
