// Sends one image. The same key goes with every try, so that a lost answer never adds the image twice.
const LOST = { code: "connection_lost", message: "The connection was lost before the server answered. Try again." };

export function newKey() {
  // crypto.randomUUID is missing on plain http addresses of a laboratory network.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// How long the server asks us to wait; 0 where it does not, and then waiting would not help.
export function retryAfterS(status, header) {
  return [503, 507].includes(status) ? Number(header) || 0 : 0;
}

function outcomeOf(request) {
  const body = request.response;
  if (request.status === 202 && body?.files?.length === 1) return body.files[0];
  const waitS = retryAfterS(request.status, request.getResponseHeader("Retry-After"));
  if (body?.error) return { error: body.error, canRetry: request.status >= 500 || request.status === 401, waitS };
  return { error: LOST, canRetry: true };
}

export function sendFile(url, file, key, onProgress) {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => resolve(outcomeOf(request)));
    request.addEventListener("error", () => resolve({ error: LOST, canRetry: true }));
    request.send(form);
  });
}
