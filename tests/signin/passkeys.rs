//! Passkeys, with an authenticator in software that does what a device does, and what a dishonest one would.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Browser, PASSWORD, Person, acts, later};
use crate::support::app::{Answer, TestApp};
use crate::support::on_both;

on_both!(
    a_passkey_alone_signs_in,
    an_answer_of_an_authenticator_is_good_once_here_and_for_its_owner,
    a_copied_passkey_shows,
    passkeys_are_added_and_taken_away_but_never_the_last_way_in,
    a_passkey_is_shown_again_to_step_up,
);

const ORIGIN: &str = "https://tutela.example";
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const ATTESTED: u8 = 64;

/// A device with one key.
#[derive(Clone)]
struct Device {
    key: SigningKey,
    id: [u8; 32],
    user: Vec<u8>,
    counter: u32,
    flags: u8,
    origin: &'static str,
}

impl Device {
    fn new(seed: u8) -> Self {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        Self { key, id: [seed; 32], user: Vec::new(), counter: 0, flags: PRESENT | VERIFIED, origin: ORIGIN }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["options"]["publicKey"]["challenge"];
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest("tutela.example").to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes its key known (attestation `none`).
    fn register(&mut self, options: &Value) -> Value {
        let public = &options["options"]["publicKey"];
        assert_eq!(public["authenticatorSelection"]["residentKey"], "required", "{options}");
        assert_eq!(public["authenticatorSelection"]["userVerification"], "required", "{options}");
        self.user = URL_SAFE_NO_PAD.decode(public["user"]["id"].as_str().unwrap()).unwrap();
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut data = self.authenticator_data(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(32_u16.to_be_bytes());
        data.extend(self.id);
        // COSE: an elliptic-curve key, ES256, P-256, x, y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().unwrap());
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        json!({"id": URL_SAFE_NO_PAD.encode(self.id), "rawId": URL_SAFE_NO_PAD.encode(self.id), "type": "public-key",
            "extensions": {}, "response": {
                "attestationObject": URL_SAFE_NO_PAD.encode(object),
                "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", options))}})
    }

    /// Signs a challenge.
    fn answer(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let data = self.authenticator_data(self.flags);
        let client = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({"id": URL_SAFE_NO_PAD.encode(self.id), "rawId": URL_SAFE_NO_PAD.encode(self.id), "type": "public-key",
            "extensions": {}, "response": {
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
                "signature": URL_SAFE_NO_PAD.encode(signature.to_der().as_bytes()),
                "userHandle": URL_SAFE_NO_PAD.encode(&self.user)}})
    }

    /// Accepts an invitation in this browser, which is signed in then.
    async fn enrols(browser: &mut Browser<'_>, login: &str, seed: u8) -> Self {
        let mut device = Self::new(seed);
        let token = browser.app.service.invite(login).await.unwrap();
        let options = browser.step(json!({"step": "invitation_passkey", "token": token})).await;
        assert_eq!(options.status, 200, "{}", options.json());
        let options = options.json();
        assert_eq!(options["state"], "enrol_passkey");
        let credential = device.register(&options);
        let done = browser
            .step(json!({"step": "enrol_passkey", "ticket": options["ticket"], "label": "办公室电脑", "credential": credential}))
            .await;
        assert_eq!(done.status, 201, "{}", done.json());
        device
    }

    async fn signs_in(&mut self, browser: &mut Browser<'_>) -> Answer {
        let options = browser.options().await;
        let credential = self.answer(&options);
        browser.step(json!({"step": "passkey", "ticket": options["ticket"], "credential": credential})).await
    }
}

impl Browser<'_> {
    async fn options(&mut self) -> Value {
        let options = self.step(json!({"step": "passkey_options"})).await;
        assert_eq!(options.status, 200, "{}", options.json());
        let options = options.json();
        assert_eq!(options["state"], "passkey");
        assert_eq!(options["options"]["publicKey"]["userVerification"], "required", "{options}");
        assert_eq!(options["options"]["publicKey"]["rpId"], "tutela.example");
        options
    }
}

async fn a_passkey_alone_signs_in(app: &TestApp) {
    let mut browser = Browser::new(app);
    let mut device = Device::enrols(&mut browser, "zhao.ning", 1).await;
    browser.send("DELETE", "/api/v1/session", &Value::Null).await;
    let mut other = Browser::new(app);
    let done = device.signs_in(&mut other).await;
    assert_eq!(done.status, 201, "{}", done.json());
    let me = done.json()["me"].clone();
    assert_eq!((&me["login"], &me["session"]["factors"]), (&json!("zhao.ning"), &json!("passkey")));
    assert_eq!(other.get("/api/v1/cases?list=office").await.status, 200);
    let shown = other.get("/api/v1/credentials").await.json();
    assert_eq!(shown["passkeys"][0]["label"], "办公室电脑");
    assert_eq!(shown["passkeys"][0]["used_at"], "2026-08-03T02:00:00Z");
    assert_eq!(shown["password_set_at"], Value::Null);
    let acts = acts(app).await;
    let begun = acts.iter().position(|act| act == "invitation.create").unwrap();
    assert_eq!(
        acts[begun..],
        ["invitation.create", "invitation.accept", "sign-in.ok", "sign-out", "sign-in.ok", "case.list"]
    );
}

async fn an_answer_of_an_authenticator_is_good_once_here_and_for_its_owner(app: &TestApp) {
    let mut browser = Browser::new(app);
    let mut device = Device::enrols(&mut browser, "zhao.ning", 2).await;
    let other = Device::enrols(&mut Browser::new(app), "zhou.yuan", 3).await;
    let sent = async |ticket: &Value, credential: &Value| {
        let mut browser = Browser::new(app);
        browser.step(json!({"step": "passkey", "ticket": ticket, "credential": credential})).await
    };
    let wrong = async |change: &dyn Fn(&mut Device)| {
        let options = Browser::new(app).options().await;
        let mut dishonest = device.clone();
        change(&mut dishonest);
        let credential = dishonest.answer(&options);
        let answer = sent(&options["ticket"], &credential).await;
        assert!(answer.is_problem(401, "sign-in-failed"), "{}", answer.json());
    };
    wrong(&|device| device.origin = "https://tutela.example.evil.example").await;
    wrong(&|device| device.origin = "http://tutela.example").await;
    wrong(&|device| device.flags = PRESENT).await;
    wrong(&|device| device.flags = VERIFIED).await;
    wrong(&|device| device.user.clone_from(&other.user)).await;
    wrong(&|device| device.id = other.id).await;
    wrong(&|device| device.id = [9; 32]).await;
    wrong(&|device| device.key = SigningKey::from_slice(&[9; 32]).unwrap()).await;
    // The answer to one challenge is none to another, and is good once.
    let (one, two) = (browser.options().await, browser.options().await);
    let credential = device.answer(&one);
    assert!(sent(&two["ticket"], &credential).await.is_problem(401, "sign-in-failed"));
    assert_eq!(sent(&one["ticket"], &credential).await.status, 201);
    assert!(sent(&one["ticket"], &credential).await.is_problem(401, "sign-in-expired"));
    let late = browser.options().await;
    let credential = device.answer(&late);
    later(app, 301);
    assert!(sent(&late["ticket"], &credential).await.is_problem(401, "sign-in-expired"));
    let nonsense = json!({"id": "x"});
    assert!(sent(&late["ticket"], &nonsense).await.is_problem(400, "malformed"));
    // A registration by somebody who was not asked, or for another site.
    let token = app.service.invite("wu.min").await.unwrap();
    let options = browser.step(json!({"step": "invitation_passkey", "token": token})).await.json();
    let changes: [fn(&mut Device); 2] = [|d| d.origin = "https://evil.example", |d| d.flags = PRESENT];
    for change in changes {
        let mut dishonest = Device::new(7);
        change(&mut dishonest);
        let credential = dishonest.register(&options);
        let step = json!({"step": "enrol_passkey", "ticket": options["ticket"], "label": "x", "credential": credential});
        assert!(browser.step(step).await.is_problem(401, "sign-in-failed"));
    }
    let same = device.clone().register(&options);
    let step =
        json!({"step": "enrol_passkey", "ticket": options["ticket"], "label": "x", "credential": same});
    let taken = browser.step(step).await;
    assert!(taken.status.is_client_error(), "another account's credential: {}", taken.json());
}

async fn a_copied_passkey_shows(app: &TestApp) {
    let mut browser = Browser::new(app);
    let mut device = Device::enrols(&mut browser, "zhao.ning", 4).await;
    let mut copy = device.clone();
    for _ in 0..3 {
        // Sessions that begin in the same instant have no order, and only the newest three stay.
        later(app, 1);
        assert_eq!(device.signs_in(&mut Browser::new(app)).await.status, 201);
    }
    later(app, 1);
    let refused = copy.signs_in(&mut Browser::new(app)).await;
    assert!(refused.is_problem(401, "sign-in-failed"), "{}", refused.json());
    assert_eq!(device.signs_in(&mut Browser::new(app)).await.status, 201);
}

async fn passkeys_are_added_and_taken_away_but_never_the_last_way_in(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    let drop_password = async |browser: &mut Browser<'_>| {
        browser.send("DELETE", "/api/v1/credentials/password", &Value::Null).await
    };
    assert_eq!(drop_password(&mut browser).await.codes(), ["LAST_CREDENTIAL"]);
    let add = async |browser: &mut Browser<'_>, seed: u8| {
        let options = browser.send("POST", "/api/v1/credentials/passkeys/options", &Value::Null).await;
        assert_eq!(options.status, 201, "{}", options.json());
        let options = options.json();
        let mut device = Device::new(seed);
        let body = json!({"ticket": options["ticket"], "label": format!("钥匙 {seed}"), "credential": device.register(&options)});
        (device, browser.send("POST", "/api/v1/credentials/passkeys", &body).await)
    };
    let (mut device, added) = add(&mut browser, 5).await;
    assert_eq!(added.status, 201, "{}", added.json());
    let path = format!("/api/v1/credentials/passkeys/{}", added.json()["id"].as_str().unwrap());
    let (_, twice) = add(&mut browser, 5).await;
    assert!(twice.status.is_client_error(), "the same credential: {}", twice.json());
    assert_eq!(device.signs_in(&mut Browser::new(app)).await.status, 201);
    assert_eq!(drop_password(&mut browser).await.status, 204);
    later(app, 60);
    assert!(Browser::new(app).password("zhao.ning", PASSWORD).await.is_problem(401, "sign-in-failed"));
    assert_eq!(browser.send("DELETE", &path, &Value::Null).await.codes(), ["LAST_CREDENTIAL"]);
    let (_, second) = add(&mut browser, 6).await;
    assert_eq!(second.status, 201, "{}", second.json());
    let mut other = Browser::new(app);
    Person::enrols(&mut other, "zhou.yuan").await;
    assert!(other.send("DELETE", &path, &Value::Null).await.is_problem(404, "not-found"), "not theirs");
    assert_eq!(browser.send("DELETE", &path, &Value::Null).await.status, 204);
    assert!(device.signs_in(&mut Browser::new(app)).await.is_problem(401, "sign-in-failed"));
    // A password again, without one until now; it signs in only once one-time codes are there.
    let change = json!({"password": "another fit password 9"});
    assert_eq!(browser.send("PUT", "/api/v1/credentials/password", &change).await.status, 204);
    later(app, 60);
    let alone = Browser::new(app).password(person.login, "another fit password 9").await;
    assert!(alone.is_problem(401, "sign-in-failed"), "{}", alone.json());
}

async fn a_passkey_is_shown_again_to_step_up(app: &TestApp) {
    let mut browser = Browser::new(app);
    let mut device = Device::enrols(&mut browser, "zhao.ning", 1).await;
    let mut stranger = Device::enrols(&mut Browser::new(app), "zhou.yuan", 2).await;
    later(app, 301);
    let codes = "/api/v1/credentials/recovery-codes";
    assert!(browser.send("POST", codes, &Value::Null).await.is_problem(403, "step-up-required"));
    for (device, expected) in [(&mut stranger, 403), (&mut device, 204)] {
        let options = browser.options().await;
        let body =
            json!({"factor": "passkey", "ticket": options["ticket"], "credential": device.answer(&options)});
        let answer = browser.send("POST", "/api/v1/session/step-up", &body).await;
        assert_eq!(answer.status, expected, "{}", answer.json());
        later(app, 2);
    }
    assert_eq!(browser.send("POST", codes, &Value::Null).await.status, 201);
}
