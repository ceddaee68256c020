// panva's oidc-provider on loopback, for the tests of signing in through an identity provider. Whoever is named in
// `login_hint` is signed in at once; what they showed is told by the name: `NAME+pwd` showed a password only, and
// `NAME+old` did so an hour ago.
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'tutela',
      client_secret: 'a secret between two programs of one test',
      redirect_uris: ['https://tutela.example/sign-in/provider'],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ['sub', 'acr', 'amr'], acr: null, amr: null, auth_time: null },
  conformIdTokenClaims: false,
  acrValues: ['urn:example:two-factors', 'urn:example:one-factor'],
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // Nobody is asked whether this service may learn their identifier.
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  cookies: { keys: ['only for this test'] },
});

provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next();
  const { params } = await provider.interactionDetails(context.req, context.res);
  const [name, how] = (params.login_hint ?? 'nobody').split('+');
  const ts = Math.floor(Date.now() / 1000) - (how === 'old' ? 3600 : 0);
  const one = how === 'pwd';
  const login = {
    accountId: name,
    amr: one ? ['pwd'] : ['pwd', 'otp', 'mfa'],
    acr: one ? 'urn:example:one-factor' : 'urn:example:two-factors',
    ts,
  };
  return provider.interactionFinished(context.req, context.res, { login }, { mergeWithLastSubmission: false });
});

provider.listen(port, '127.0.0.1', () => console.log(`listening at ${issuer}`));
