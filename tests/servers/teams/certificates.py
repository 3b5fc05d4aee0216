"""An authority of the tests' own, so that tokens come over real TLS on loopback."""

from __future__ import annotations

import atexit
import datetime
import ipaddress
import shutil
import ssl
import tempfile
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_YEARS = datetime.timedelta(days=3650)


@cache
def folder() -> Path:
    """Where this process keeps them; gone with the process."""
    made = Path(tempfile.mkdtemp(prefix="touchpoint-tls-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def authority() -> Path:
    """The PEM file to trust (REQUESTS_CA_BUNDLE, SSL_CERT_FILE)."""
    return _made()[0]


@cache
def context() -> ssl.SSLContext:
    """What a server on 127.0.0.1 shows to its callers."""
    _, certificate, key = _made()
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


@cache
def _made() -> tuple[Path, Path, Path]:
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    top = _builder("Test authority", "Test authority", root.public_key())
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    top = top.add_extension(constraints, critical=True)
    usage = x509.KeyUsage(*_SIGNS)
    top = top.add_extension(usage, critical=True)
    here = x509.SubjectAlternativeName(
        [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    )
    leaf = _builder("127.0.0.1", "Test authority", own.public_key())
    leaf = leaf.add_extension(here, critical=False)
    signed = [each.sign(root, hashes.SHA256()) for each in (top, leaf)]
    files = tuple(folder() / name for name in ("authority.pem", "server.pem", "server.key"))
    pem = [each.public_bytes(serialization.Encoding.PEM) for each in signed]
    for file, content in zip(files, [*pem, private_pem(own)], strict=True):
        file.write_bytes(content)
    return files[0], files[1], files[2]


_SIGNS = (False, False, False, False, False, True, True, False, False)
"""Certificates and lists of revoked ones, nothing else; in the order of x509.KeyUsage."""


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key, without a password."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + _YEARS)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
