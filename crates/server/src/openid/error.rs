//! Why a provider's word was not taken. No reason holds anything that a provider,
//! a browser or a person wrote, so each may stand in a log.

/// What of a provider's was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// The discovery document.
    Discovery,
    /// Where the browser goes.
    Authorization,
    /// Where a code becomes tokens.
    Token,
    /// The signing keys.
    Keys,
    /// More claims.
    Userinfo,
    /// Where the browser signs out.
    EndSession,
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Authorization => "authorization endpoint",
            Self::Token => "token endpoint",
            Self::Keys => "keys",
            Self::Userinfo => "userinfo endpoint",
            Self::EndSession => "end session endpoint",
        })
    }
}

/// What a caller may do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The person said no, or the provider said no to the person.
    Denied,
    /// The provider would have to ask the person something, and was told not to.
    PersonNeeded,
    /// The provider cannot be reached, or has a trouble of its own: later, perhaps.
    Unavailable,
    /// An administrator must look at the settings, here or at the provider.
    Settings,
    /// The answer cannot be trusted.
    Refused,
}

/// Why a sign-in, or a notice of a sign-out, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenIdError {
    // What the settings are.
    #[error("the well-known URL and the authority URL must be https, or on this machine")]
    SettingsNotSecure,
    #[error("the HTTP client cannot be made")]
    Client,

    // What the browser brought.
    #[error("the answer is too long")]
    AnswerTooLong,
    #[error("the answer names something twice")]
    AnswerRepeats,
    #[error("the answer lacks the state")]
    StateMissing,
    #[error("the answer has another state")]
    StateMismatch,
    #[error("the answer lacks the issuer, which the provider says it names")]
    AnswerIssuerMissing,
    #[error("the answer is of another issuer")]
    AnswerIssuerMismatch,
    #[error("the answer lacks the code")]
    CodeMissing,
    #[error("the person or the provider denied access")]
    AccessDenied,
    #[error("the provider must ask the person something")]
    InteractionNeeded,
    #[error("the provider is unavailable by its own word")]
    ProviderUnavailable,
    #[error("the provider does not know this client, its address or its scopes")]
    ClientRefused,
    #[error("the provider answered with an error")]
    ProviderError,

    // What was fetched.
    #[error("the provider's {0} cannot be reached")]
    Unreachable(Endpoint),
    #[error("the provider's {0} is at an address that may not be asked")]
    AddressRefused(Endpoint),
    #[error("the provider's {0} took too long")]
    TooSlow(Endpoint),
    #[error("the provider's {0} is too large")]
    TooLarge(Endpoint),
    #[error("the provider's {0} answered with status {1}")]
    Status(Endpoint, u16),
    #[error("the provider's {0} cannot be understood")]
    Unreadable(Endpoint),
    #[error("the discovery document is of another issuer than the authority URL")]
    DiscoveryIssuerMismatch,
    #[error("the discovery document lacks the {0}")]
    EndpointMissing(Endpoint),
    #[error("the provider's {0} is not https, or on a host that is not the issuer's and not listed")]
    EndpointRefused(Endpoint),
    #[error("the provider signs with none of RS256, ES256 and PS256")]
    NoAlgorithm,
    #[error("the provider takes the client secret neither by basic nor by post")]
    NoClientAuthentication,
    #[error("the keys were asked for too often to be asked for again")]
    KeysAskedTooOften,

    // What the token endpoint said.
    #[error("the provider refused the code")]
    CodeRefused,
    #[error("the access token is not of type bearer")]
    TokenType,
    #[error("the answer lacks an access token")]
    AccessTokenMissing,
    #[error("the answer lacks an ID token")]
    IdTokenMissing,

    // What a signed token is.
    #[error("the token is not a signed token")]
    Form,
    #[error("the token is of another type")]
    Type,
    #[error("the token's algorithm is not one that is taken")]
    Algorithm,
    #[error("the token has extensions that must be understood")]
    Critical,
    #[error("the token's key is unknown")]
    KeyUnknown,
    #[error("the token may be signed by any of several keys")]
    KeyAmbiguous,
    #[error("the token's signature is wrong")]
    Signature,

    // What it says.
    #[error("the token lacks its issuer")]
    IssuerMissing,
    #[error("the token is of another issuer")]
    IssuerMismatch,
    #[error("the token lacks its audience")]
    AudienceMissing,
    #[error("the token is for another audience, or for others too")]
    AudienceMismatch,
    #[error("the token was issued to another party")]
    AuthorizedParty,
    #[error("the token lacks its end")]
    ExpiryMissing,
    #[error("the token's end is no date")]
    ExpiryMalformed,
    #[error("the token has ended")]
    Expired,
    #[error("the token ends too far in the future")]
    ExpiryTooFar,
    #[error("the token lacks the time it was issued")]
    IssuedAtMissing,
    #[error("the time the token was issued is no date")]
    IssuedAtMalformed,
    #[error("the token was issued too long ago")]
    IssuedTooEarly,
    #[error("the token was issued in the future")]
    IssuedInFuture,
    #[error("the time the token begins is no date")]
    NotBeforeMalformed,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token lacks the nonce")]
    NonceMissing,
    #[error("the token has another nonce")]
    NonceMismatch,
    #[error("the access token is not the one the ID token was made for")]
    AccessTokenHash,
    #[error("the token lacks its subject")]
    SubjectMissing,
    #[error("the token's subject is empty, too long or not ASCII")]
    SubjectMalformed,

    // What userinfo said.
    #[error("userinfo lacks its subject")]
    UserinfoSubjectMissing,
    #[error("userinfo is about somebody else")]
    UserinfoSubjectMismatch,

    // Whom the claims name.
    #[error("the external ID claim is neither a text nor a whole number")]
    ExternalIdMalformed,

    // What a logout token says.
    #[error("the logout token lacks the logout event")]
    LogoutEventMissing,
    #[error("the logout token has a nonce")]
    LogoutNonce,
    #[error("the logout token lacks its id")]
    LogoutIdMissing,
    #[error("the logout token names nobody")]
    LogoutNobody,
}

impl OpenIdError {
    /// A short word for the audit log.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::SettingsNotSecure => "settings_not_secure",
            Self::Client => "no_http_client",
            Self::AnswerTooLong => "answer_too_long",
            Self::AnswerRepeats => "repeated_parameter",
            Self::StateMissing => "state_missing",
            Self::StateMismatch => "state_mismatch",
            Self::AnswerIssuerMissing => "answer_issuer_missing",
            Self::AnswerIssuerMismatch => "answer_issuer_mismatch",
            Self::CodeMissing => "code_missing",
            Self::AccessDenied => "access_denied",
            Self::InteractionNeeded => "interaction_needed",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::ClientRefused => "client_refused",
            Self::ProviderError => "provider_error",
            Self::Unreachable(endpoint) => unreachable(endpoint),
            Self::AddressRefused(_) => "address_refused",
            Self::TooSlow(_) => "too_slow",
            Self::TooLarge(_) => "too_large",
            Self::Status(_, _) => "unexpected_status",
            Self::Unreadable(_) => "unreadable",
            Self::DiscoveryIssuerMismatch => "discovery_issuer_mismatch",
            Self::EndpointMissing(_) => "endpoint_missing",
            Self::EndpointRefused(_) => "endpoint_refused",
            Self::NoAlgorithm => "no_algorithm",
            Self::NoClientAuthentication => "no_client_authentication",
            Self::KeysAskedTooOften => "keys_asked_too_often",
            Self::CodeRefused => "code_refused",
            Self::TokenType => "token_type",
            Self::AccessTokenMissing => "access_token_missing",
            Self::IdTokenMissing => "id_token_missing",
            Self::Form => "form",
            Self::Type => "type",
            Self::Algorithm => "algorithm",
            Self::Critical => "critical_extension",
            Self::KeyUnknown => "key_unknown",
            Self::KeyAmbiguous => "key_ambiguous",
            Self::Signature => "signature",
            Self::IssuerMissing => "issuer_missing",
            Self::IssuerMismatch => "issuer_mismatch",
            Self::AudienceMissing => "audience_missing",
            Self::AudienceMismatch => "audience_mismatch",
            Self::AuthorizedParty => "authorized_party",
            Self::ExpiryMissing => "expiry_missing",
            Self::ExpiryMalformed => "expiry_malformed",
            Self::Expired => "expired",
            Self::ExpiryTooFar => "expiry_too_far",
            Self::IssuedAtMissing => "issued_at_missing",
            Self::IssuedAtMalformed => "issued_at_malformed",
            Self::IssuedTooEarly => "issued_too_early",
            Self::IssuedInFuture => "issued_in_future",
            Self::NotBeforeMalformed => "not_before_malformed",
            Self::NotYetValid => "not_yet_valid",
            Self::NonceMissing => "nonce_missing",
            Self::NonceMismatch => "nonce_mismatch",
            Self::AccessTokenHash => "access_token_hash",
            Self::SubjectMissing => "subject_missing",
            Self::SubjectMalformed => "subject_malformed",
            Self::UserinfoSubjectMissing => "userinfo_subject_missing",
            Self::UserinfoSubjectMismatch => "userinfo_subject_mismatch",
            Self::ExternalIdMalformed => "external_id_malformed",
            Self::LogoutEventMissing => "logout_event_missing",
            Self::LogoutNonce => "logout_nonce",
            Self::LogoutIdMissing => "logout_id_missing",
            Self::LogoutNobody => "logout_nobody",
        }
    }

    /// What may be done about it.
    pub(crate) const fn kind(self) -> ErrorKind {
        match self {
            Self::AccessDenied => ErrorKind::Denied,
            Self::InteractionNeeded => ErrorKind::PersonNeeded,
            Self::ProviderUnavailable
            | Self::Unreachable(_)
            | Self::TooSlow(_)
            | Self::KeysAskedTooOften
            | Self::Status(_, 429 | 500..=599) => ErrorKind::Unavailable,
            Self::SettingsNotSecure
            | Self::Client
            | Self::ClientRefused
            | Self::AddressRefused(_)
            | Self::DiscoveryIssuerMismatch
            | Self::EndpointMissing(_)
            | Self::EndpointRefused(_)
            | Self::NoAlgorithm
            | Self::NoClientAuthentication => ErrorKind::Settings,
            _ => ErrorKind::Refused,
        }
    }
}

const fn unreachable(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Discovery => "discovery_unreachable",
        Endpoint::Keys => "keys_unreachable",
        Endpoint::Token => "token_endpoint_unreachable",
        Endpoint::Userinfo => "userinfo_unreachable",
        Endpoint::Authorization | Endpoint::EndSession => "unreachable",
    }
}
