//! More claims, asked for only where the ID token lacks one that the settings
//! need. Claims that are said to be elsewhere are never fetched (`security.md §1.2`).

use super::Provider;
use super::claims::{self, Object};
use super::discovery::Document;
use super::error::{Endpoint, OpenIdError};
use reqwest::StatusCode;

impl Provider {
    /// What userinfo says about `subject`; nothing where the provider has none.
    pub(super) async fn userinfo(
        &self,
        document: &Document,
        access_token: &str,
        subject: &str,
    ) -> Result<Option<Object>, OpenIdError> {
        let endpoint = Endpoint::Userinfo;
        let Some(url) = &document.userinfo else { return Ok(None) };
        let fetched = self.0.web.bearer(endpoint, url, access_token).await?;
        if fetched.status != StatusCode::OK {
            return Err(OpenIdError::Status(endpoint, fetched.status.as_u16()));
        }
        // A signed answer was not asked for, so it is not one either.
        let is_json = fetched.media_type == "application/json";
        let object = claims::object(&fetched.body).filter(|_| is_json).ok_or(OpenIdError::Unreadable(endpoint))?;
        match claims::subject(&object)? {
            None => Err(OpenIdError::UserinfoSubjectMissing),
            Some(named) if named != subject => Err(OpenIdError::UserinfoSubjectMismatch),
            Some(_) => Ok(Some(object)),
        }
    }
}
