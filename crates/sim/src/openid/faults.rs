//! Everything that the provider can be told to do wrong, and what a relying party must make of it.
//!
//! The modes of the OpenID Foundation's relying party tests under their own names, those of the FAPI 2 tests that the
//! basic plans lack, and ours (security.md §1.2 to §1.4). Invariant: one variant is one difference from the correct
//! answer; the few that need a second one to be told apart say so.

/// What a relying party must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The sign-in, renewal or sign-out goes through as it would without the fault.
    Accept,
    /// Nobody is signed in, nothing is renewed, no session ends.
    Refuse,
}

/// Where a fault shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// In the discovery document.
    Discovery,
    /// In the key set.
    Keys,
    /// In what the browser brings back from the authorization endpoint.
    Authorization,
    /// In how the token endpoint answers.
    TokenEndpoint,
    /// In the ID token of a sign-in.
    IdToken,
    /// In the answer to a refresh token.
    Refresh,
    /// In the answer of the userinfo endpoint.
    UserInfo,
    /// In the claims that say who it is; all is well otherwise.
    Identity,
    /// In the logout tokens that the provider sends.
    BackChannelLogout,
    /// In what the browser brings back from signing out.
    SignOut,
}

macro_rules! faults {
    ($($variant:ident $name:literal $stage:ident $verdict:ident $sentence:literal)+) => {
        /// One way of the provider to misbehave, or a harmless variation that must go through.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault {
            $(#[doc = $sentence] $variant,)+
        }

        impl Fault {
            /// Every fault, in the order of the reference.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$variant),+]
            }

            /// The name of the test module, or ours in the same manner.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Where it shows.
            pub const fn stage(self) -> Stage {
                match self { $(Self::$variant => Stage::$stage),+ }
            }

            /// What a relying party must do; where the standards leave a choice, the stricter one.
            pub const fn expected(self) -> Verdict {
                match self { $(Self::$variant => Verdict::$verdict),+ }
            }

            /// What the provider does, in a sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence),+ }
            }
        }
    };
}

faults! {
    // Basic.
    Correct "oidcc-client-test" IdToken Accept "Everything is right."
    InvalidIss "invalid-iss" IdToken Refuse "The ID token names another issuer."
    MissingSub "missing-sub" IdToken Refuse "The ID token has no subject."
    InvalidAud "invalid-aud" IdToken Refuse "The ID token is for another client."
    MissingIat "missing-iat" IdToken Refuse "The ID token does not say when it was issued."
    KidAbsentSingleJwks "kid-absent-single-jwks" IdToken Accept "The ID token names no key, and the set holds one."
    KidAbsentMultipleJwks "kid-absent-multiple-jwks" IdToken Refuse "The ID token names no key, and the set holds several for its algorithm."
    IdTokenSigRs256 "idtoken-sig-rs256" IdToken Accept "The ID token is signed with RS256."
    IdTokenSigNone "idtoken-sig-none" IdToken Refuse "The ID token has the algorithm none and no signature."
    InvalidSigRs256 "invalid-sig-rs256" IdToken Refuse "The RS256 signature is damaged."
    UserInfoInvalidSub "userinfo-invalid-sub" UserInfo Refuse "The subject at the userinfo endpoint is not that of the ID token."
    NonceInvalid "nonce-invalid" IdToken Refuse "The ID token has another nonce."
    ScopeUserInfoClaims "scope-userinfo-claims" UserInfo Accept "What is known of the person stands in userinfo alone, by scope."
    ClientSecretBasic "client-secret-basic" TokenEndpoint Accept "The token endpoint takes the client's secret by Basic only."
    // Config.
    DiscoveryOpenIdConfig "discovery-openid-config" Discovery Accept "The endpoints are not where they usually are."
    DiscoveryJwksUriKeys "discovery-jwks-uri-keys" Discovery Accept "Every discovery document has another address for the keys."
    DiscoveryIssuerMismatch "discovery-issuer-mismatch" Discovery Refuse "The discovery document names another issuer."
    SigningKeyRotationJustBeforeSigning "signing-key-rotation-just-before-signing" IdToken Accept "The keys change before the ID token is signed."
    SigningKeyRotation "signing-key-rotation" IdToken Accept "The keys change after each ID token, so that the next sign-in meets new ones."
    // Refresh.
    RefreshToken "refresh-token" Refresh Accept "A refresh token gives a new access token, ID token and refresh token."
    RefreshTokenInvalidIssuer "refresh-token-invalid-issuer" Refresh Refuse "The ID token after a refresh names another issuer."
    RefreshTokenInvalidSub "refresh-token-invalid-sub" Refresh Refuse "The ID token after a refresh names another subject."
    RefreshTokenRefused "refresh-token-refused" Refresh Refuse "The refresh token is answered with the error `invalid_grant`."
    // Back-channel logout.
    LogoutGood "rp-backchannel-rpinitlogout" BackChannelLogout Accept "The logout token is right."
    LogoutAlgNone "rp-backchannel-rpinitlogout-alg-none" BackChannelLogout Refuse "The logout token is not signed."
    LogoutNoEvent "rp-backchannel-rpinitlogout-no-event" BackChannelLogout Refuse "The logout token has no events."
    LogoutWithNonce "rp-backchannel-rpinitlogout-with-nonce" BackChannelLogout Refuse "The logout token has a nonce."
    LogoutWrongAlg "rp-backchannel-rpinitlogout-wrong-alg" BackChannelLogout Refuse "The logout token is signed with HS256 and the client's secret."
    LogoutWrongAud "rp-backchannel-rpinitlogout-wrong-aud" BackChannelLogout Refuse "The logout token is for another client."
    LogoutWrongEvent "rp-backchannel-rpinitlogout-wrong-event" BackChannelLogout Refuse "The logout token has another event."
    LogoutWrongIss "rp-backchannel-rpinitlogout-wrong-iss" BackChannelLogout Refuse "The logout token names another issuer."
    LogoutMissingIat "logout-missing-iat" BackChannelLogout Refuse "The logout token does not say when it was issued."
    LogoutMissingJti "logout-missing-jti" BackChannelLogout Refuse "The logout token has no identifier."
    LogoutReplay "logout-replay" BackChannelLogout Refuse "The same logout token comes twice; the second is the one to refuse."
    LogoutExpired "logout-expired" BackChannelLogout Refuse "The logout token expired an hour ago."
    LogoutWrongSub "logout-wrong-sub" BackChannelLogout Refuse "The logout token names the session, but another subject."
    LogoutWrongSid "logout-wrong-sid" BackChannelLogout Refuse "The logout token names the subject, but another session."
    LogoutNoSubjectNoSession "logout-no-sub-no-sid" BackChannelLogout Refuse "The logout token names neither a subject nor a session."
    LogoutBadSignature "logout-invalid-sig" BackChannelLogout Refuse "The logout token's signature is damaged."
    LogoutIsIdToken "logout-id-token" BackChannelLogout Refuse "An ID token comes in the place of the logout token."
    // Sign-out by the relying party.
    SignOutGood "rp-init-logout" SignOut Accept "The browser comes back with the state it took along."
    SignOutOtherState "rp-init-logout-other-state" SignOut Refuse "The browser comes back from signing out with another state."
    SignOutNoState "rp-init-logout-no-state" SignOut Refuse "The browser comes back from signing out without the state."
    // Outside the certification plans.
    InvalidSigHs256 "invalid-sig-hs256" IdToken Refuse "The ID token is signed with HS256, the published key as secret."
    Hs256WithClientSecret "sig-hs256-client-secret" IdToken Refuse "The ID token is signed with HS256 and the client's secret, which is not advertised."
    InvalidSigEs256 "invalid-sig-es256" IdToken Refuse "ES256 is advertised and its signature damaged."
    MissingAud "missing-aud" IdToken Refuse "The ID token is for nobody."
    AggregatedClaims "aggregated-claims" IdToken Accept "A claim comes in a token within the token, signed by somebody else."
    DistributedClaims "distributed-claims" IdToken Accept "A claim is to be fetched from an address, which must not be done."
    // As in the FAPI 2 tests.
    InvalidState "invalid-state" Authorization Refuse "The browser comes back with another state."
    MissingState "missing-state" Authorization Refuse "The browser comes back without the state."
    InvalidResponseIss "invalid-authorization-response-iss" Authorization Refuse "The answer to the browser names another issuer."
    RemoveResponseIss "remove-authorization-response-iss" Authorization Refuse "The answer to the browser does not name the issuer, as was advertised."
    EmptyResponseIss "empty-authorization-response-iss" Authorization Refuse "The answer to the browser names an issuer of no letters."
    MissingExp "invalid-missing-exp" IdToken Refuse "The ID token never expires."
    ExpiredExp "invalid-expired-exp" IdToken Refuse "The ID token expired an hour ago."
    MissingIss "invalid-missing-iss" IdToken Refuse "The ID token names no issuer."
    MissingNonce "invalid-missing-nonce" IdToken Refuse "The ID token has no nonce."
    SecondaryAud "invalid-secondary-aud" IdToken Refuse "The ID token is for a second client too and names no authorised one."
    WrongAzp "invalid-azp" IdToken Refuse "The ID token was issued to another client."
    NullAlg "invalid-null-alg" IdToken Refuse "The ID token's algorithm has no letters."
    MissingAlg "missing-alg" IdToken Refuse "The ID token names no algorithm."
    AlgNoneOddCase "alg-none-odd-case" IdToken Refuse "The ID token has the algorithm nOnE and no signature."
    AlternateAlg "invalid-alternate-alg" IdToken Refuse "The ID token is well signed with ES256, which is not advertised."
    AudAsArray "valid-aud-as-array" IdToken Accept "The one audience stands in a list."
    TokenTypeCase "token-type-case-insensitivity" TokenEndpoint Accept "The token type is written bEARER."
    NoExpiresIn "token-endpoint-response-without-expires_in" TokenEndpoint Accept "The answer does not say how long the access token lives."
    // Ours: the ID token.
    NotYetValid "nbf-future" IdToken Refuse "The ID token is valid from an hour from now."
    IatInFuture "iat-future" IdToken Refuse "The ID token was issued an hour from now."
    UnknownCrit "crit-unknown" IdToken Refuse "The ID token has an extension that must be understood and cannot be."
    IatWeekInPast "iat-week-in-past" IdToken Refuse "The ID token was issued a week ago."
    ExpHuge "exp-1e300" IdToken Refuse "The ID token expires at 1e300."
    ExpFraction "exp-fraction" IdToken Accept "The ID token expires at a fraction of a second."
    Exp2038 "exp-2038" IdToken Refuse "The ID token expires at 2147483648, one second past what 32 bits hold."
    ExpNegative "exp-negative" IdToken Refuse "The ID token expires before 1970."
    ExpText "exp-text" IdToken Refuse "The time of expiry is a text."
    AtHashInvalid "at_hash-invalid" IdToken Refuse "The hash of the access token is that of another."
    RogueKeySameKid "rogue-key-same-kid" IdToken Refuse "The ID token is signed by a strange key under the right name."
    JwkHeader "jwk-header" IdToken Refuse "The ID token brings its own key along."
    JkuHeader "jku-header" IdToken Refuse "The ID token says where its key is, which must not be fetched."
    UnknownKid "kid-unknown" IdToken Refuse "Each ID token names another key that does not exist."
    IdTokenMissing "id-token-missing" IdToken Refuse "The answer has no ID token."
    IdTokenNotJwt "id-token-not-a-jwt" IdToken Refuse "The ID token is no token."
    IdTokenHuge "id-token-1mb" IdToken Refuse "The ID token is a megabyte long."
    IdTokenDeep "id-token-deep" IdToken Refuse "The ID token is nested ten thousand levels deep."
    SubEmpty "sub-empty" IdToken Refuse "The subject has no letters."
    SubLong "sub-too-long" IdToken Refuse "The subject is longer than 255 letters."
    SubNumber "sub-number" IdToken Refuse "The subject is a number."
    AuthTimeOld "auth_time-old" IdToken Refuse "The person signed in a day ago, which is too long where a `max_age` was asked, and no matter where none was."
    // Ours: the token endpoint.
    TokenHtml "token-html-200" TokenEndpoint Refuse "The token endpoint answers 200 with a page."
    TokenRedirect "token-redirect-307" TokenEndpoint Refuse "The token endpoint sends elsewhere, where the code must not be taken."
    TokenServerError "token-500" TokenEndpoint Refuse "The token endpoint answers 500."
    TokenSlow "token-slow" TokenEndpoint Refuse "The token endpoint answers too late."
    TokenEndless "token-100mb" TokenEndpoint Refuse "The token endpoint answers with a hundred megabytes."
    TokenTruncated "token-truncated" TokenEndpoint Refuse "The token endpoint's JSON breaks off."
    TokenOtherType "token-type-other" TokenEndpoint Refuse "The token type is neither Bearer nor anything known."
    AccessTokenMissing "access-token-missing" TokenEndpoint Refuse "The answer has no access token."
    InvalidGrant "token-invalid-grant" TokenEndpoint Refuse "The code is answered with the error `invalid_grant`."
    InvalidClient "token-invalid-client" TokenEndpoint Refuse "The client is answered with the error `invalid_client`."
    // Ours: discovery and keys.
    DiscoveryElsewhere "discovery-http-elsewhere" Discovery Refuse "The token endpoint is on another host without TLS."
    JwksElsewhere "jwks-elsewhere" Discovery Refuse "The keys are on another host without TLS."
    DiscoveryDown "discovery-down" Discovery Refuse "The discovery document is answered with 503."
    DiscoveryHtml "discovery-html" Discovery Refuse "The discovery document is a page."
    DiscoveryHuge "discovery-huge" Discovery Refuse "The discovery document has a hundred megabytes."
    DiscoveryRedirect "discovery-redirect" Discovery Refuse "The discovery document is said to be elsewhere, where it must not be fetched."
    JwksHuge "jwks-huge" Keys Refuse "The key set has a hundred megabytes."
    JwksDown "jwks-down" Keys Refuse "The key set is answered with 503; who has the keys already may go on."
    JwksEmpty "jwks-empty" Keys Refuse "The key set is empty; who has the keys already may go on."
    JwksWeak "jwks-foreign-types" Keys Accept "The key set holds keys of unknown types beside the right ones."
    // Ours: the browser's way back.
    DuplicateState "duplicate-state" Authorization Refuse "The state comes twice."
    DuplicateCode "duplicate-code" Authorization Refuse "The code comes twice."
    DuplicateIss "duplicate-iss" Authorization Refuse "The issuer comes twice."
    CodeMissing "code-missing" Authorization Refuse "The browser comes back without a code."
    CodeOther "code-other" Authorization Refuse "The browser comes back with a code that was never issued."
    AccessDenied "error-access_denied" Authorization Refuse "The person may not."
    LoginRequired "error-login_required" Authorization Refuse "Nobody is signed in, and nobody was to be asked."
    ServerErrorResponse "error-server_error" Authorization Refuse "The provider has broken down."
    TemporarilyUnavailable "error-temporarily_unavailable" Authorization Refuse "The provider has no time."
    InvalidRequestResponse "error-invalid_request" Authorization Refuse "The provider did not understand."
    ErrorHostileDescription "error-hostile-description" Authorization Refuse "The description of the error is markup and control characters."
    ErrorAndCode "error-and-code" Authorization Refuse "The browser comes back with a code and an error."
    // Ours: userinfo.
    UserInfoMissingSub "userinfo-missing-sub" UserInfo Refuse "The answer of the userinfo endpoint has no subject."
    UserInfoSigned "userinfo-signed" UserInfo Refuse "The userinfo endpoint answers with a signed token that nobody asked for."
    UserInfoServerError "userinfo-500" UserInfo Refuse "The userinfo endpoint answers 500."
    UserInfoHtml "userinfo-html" UserInfo Refuse "The userinfo endpoint answers with a page."
    UserInfoEndless "userinfo-100mb" UserInfo Refuse "The userinfo endpoint answers with a hundred megabytes."
    // Ours: who it is. The external ID is left out of these, so that only the e-mail address can tell.
    ExternalIdMissing "identity-external-id-missing" Identity Accept "Only the verified e-mail address says who it is."
    EmailSeveralAts "email-several-ats" Identity Refuse "The e-mail address has several @."
    EmailList "email-list" Identity Refuse "The e-mail claim holds two addresses with a comma between."
    EmailUpperCase "email-upper-case" Identity Accept "The e-mail address is in capitals."
    EmailUnverified "email-unverified" Identity Refuse "The e-mail address is said not to be verified."
    EmailMissing "email-missing" Identity Refuse "There is neither an external ID nor an e-mail address."
    ExternalIdList "external-id-list" Identity Refuse "The external ID is a list of two."
}

impl Fault {
    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().iter().copied().find(|fault| fault.name() == name)
    }
}
