"""A certificate authority of one test, and a server's TLS with a certificate of it."""

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Signed:
    """The authority as PEM, and the server's side."""

    authority: str
    context: ssl.SSLContext


def authority(*names: str) -> Signed:
    """Make an authority, and a server's certificate for `names` signed by it."""
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
    root = _begun(issuer, ours).issuer_name(issuer)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    leaf = _begun(subject, theirs).issuer_name(issuer)
    dns = [x509.DNSName(name) for name in names]
    leaf = leaf.add_extension(x509.SubjectAlternativeName(dns), critical=False)
    pem = serialization.Encoding.PEM
    key = theirs.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(leaf.sign(ours, hashes.SHA256()).public_bytes(pem) + key)
        context.load_cert_chain(path)
    return Signed(root.sign(ours, hashes.SHA256()).public_bytes(pem).decode(), context)


def _begun(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
