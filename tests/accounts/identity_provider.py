"""A little OpenID Connect provider over real HTTP: discovery, keys, authorisation, token, userinfo."""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "back-office"
CLIENT_SECRET = "oidc-client-secret-canary"
KEY, STRANGE_KEY = (rsa.generate_private_key(65537, 2048) for _number in range(2))


@dataclass
class IdentityProvider:
    """Who signs in there next, what it says about them, and how it misbehaves.

    claims: of the id token and of userinfo. token_claims, profile: only of the one or the other, over the former.
    wrong_key: signs with a key that is not among the published ones. seen: the paths that were asked for.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    token_claims: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    wrong_key: bool = False
    refuses: bool = False
    seen: list[str] = field(default_factory=list)
    address: str = ""
    pending: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorise(self, query: dict[str, str]) -> str:
        """The address that the browser is sent back to."""
        if self.refuses:
            return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        code = secrets.token_urlsafe(8)
        assert query["code_challenge_method"] == "S256"
        self.pending[code] = query["code_challenge"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code; None where the secret, the code or its proof is wrong."""
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        proved = self.pending.pop(form.get("code", ""), None) == challenge
        if not proved or (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return None
        now = int(time.time())
        said = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "auth_time": now}
        key = STRANGE_KEY if self.wrong_key else KEY
        token = jwt.encode(
            {**said, **self.claims, **self.token_claims}, key, algorithm="RS256", headers={"kid": "key-1"}
        )
        return {"access_token": "access-token-canary", "token_type": "Bearer", "id_token": token}

    def published_keys(self) -> dict[str, Any]:
        """The public key, as JWKS."""
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**key, "kid": "key-1", "use": "sig", "alg": "RS256"}]}

    def discovery(self) -> dict[str, Any]:
        """What `/.well-known/openid-configuration` says."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.seen.append(parts.path)
        if parts.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorise(query))
            self.end_headers()
        elif parts.path == "/userinfo":
            self._send({**self.provider.claims, **self.provider.profile})
        elif parts.path == "/keys":
            self._send(self.provider.published_keys())
        else:
            self._send(self.provider.discovery())

    def do_POST(self) -> None:
        self.provider.seen.append(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        tokens = self.provider.exchange({name: values[0] for name, values in parse_qs(body).items()})
        self._send(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    def _send(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_parts: object) -> None:
        """Quiet."""
