"""Certificates for the worker protocol, made with openssl: an authority, one identity per host,
and a stranger."""
import os
import subprocess


def _openssl(*arguments):
    subprocess.run(
        ["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


class Certificates:
    def __init__(self, directory, addresses):
        """addresses: {host: IP address}; the identity "stranger" is signed by an authority nobody
        knows."""
        self._directory = str(directory)
        self._authority("ca")
        self._authority("other-ca")
        for host, address in addresses.items():
            self._identity(host, address, "ca")
        self._identity("stranger", "10.77.0.99", "other-ca")

    def _path(self, name):
        return os.path.join(self._directory, name)

    def _authority(self, name):
        _openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=" + name,
            "-keyout",
            self._path(name + ".key"),
            "-out",
            self._path(name + ".pem"),
        )

    def _identity(self, name, address, authority):
        key, request, extensions = (self._path(name + end) for end in (".key", ".csr", ".ext"))
        _openssl(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=" + name,
            "-keyout",
            key,
            "-out",
            request,
        )
        with open(extensions, "w") as handle:
            handle.write(
                "subjectAltName=IP:%s,DNS:%s\nextendedKeyUsage=serverAuth,clientAuth\n"
                % (address, name)
            )
        _openssl(
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            self._path(authority + ".pem"),
            "-CAkey",
            self._path(authority + ".key"),
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            extensions,
            "-out",
            self._path(name + ".pem"),
        )

    def arguments(self, identity):
        return [
            "--tls-cert=" + self._path(identity + ".pem"),
            "--tls-key=" + self._path(identity + ".key"),
            "--tls-ca=" + self._path("ca.pem"),
        ]
