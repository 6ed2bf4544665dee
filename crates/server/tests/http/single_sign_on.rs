//! Signing in through iMIS's own page (`security.md §3.3`): whom it lets in, and
//! everything that it does not fall for.

use crate::dialog::{self, Pane, Window};
use crate::world::STAFF;
use api::{GetMe, SignInMethod, Standing};
use reqwest::StatusCode;

#[tokio::test]
async fn whoever_imis_hands_over_is_signed_in_under_their_own_name() {
    let world = dialog::world().await;
    let pane = Pane::single_sign_on(&world).await;
    let window = Window::new();
    let last = window.pass(&pane, STAFF).await;
    assert_eq!(last.status, StatusCode::OK);
    let message = last.message();
    assert_eq!((message.v, &message.flow, message.problem), (1, &pane.begun.flow, None));
    let signed_in = pane.redeem(&message.code.unwrap()).await.unwrap();
    assert!(signed_in.key_bound);
    assert_eq!((signed_in.me.user_name.as_str(), signed_in.me.contact.0.as_str()), (STAFF, "191"));
    assert_eq!((signed_in.me.method, signed_in.me.standing), (SignInMethod::SingleSignOn, Standing::Full));
    assert_eq!(pane.ask(&GetMe, &signed_in.token.0).await.unwrap(), signed_in.me);
    assert_eq!(world.imis.ledger().token_calls(), 1);
}
