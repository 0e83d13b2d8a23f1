// A form marked data-passkey asks the device for a passkey and sends what it answers.
// Its options stand in the page (data-options) or are fetched from where the form leads.
// Passkeys belong to a name: an address that is a number has none.
const numeric = /^[\d.]+$|:/.test(location.hostname);
const supported = !numeric && Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

async function optionsFor(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return answer.json();
}

async function askDevice({ creation_options: creation, request_options: request }) {
  if (request) {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(request.publicKey);
    return navigator.credentials.get({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(creation.publicKey);
  Object.assign(publicKey.authenticatorSelection, { residentKey: "required", requireResidentKey: true });
  return navigator.credentials.create({ publicKey });
}

async function send(form) {
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const credential = await askDevice(await optionsFor(form));
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    failed.hidden = false;
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
}

if (supported) {
  for (const hint of document.querySelectorAll("[data-passkey-missing]")) hint.hidden = true;
  for (const button of document.querySelectorAll("[data-after-passkey] .primary")) button.classList.remove("primary");
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!form.dataset.sent) send(form);
    });
  }
}
