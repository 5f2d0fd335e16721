"""A box that asks to be enrolled: its request file, of which nothing is believed before its proofs hold."""

from dataclasses import dataclass
from pathlib import Path

from gongd.adapters import certificate, jose
from gongd.adapters.certificate import CertificateError
from gongd.core.enrolment import REQUEST_BYTES, EnrolmentRequest, SignedRequest, digest
from gongd.core.errors import GongdError
from gongd.core.fingerprint import check_code, thumbprint
from gongd.core.wire import Seal, only
from gongd.core.wire_form import from_json
from gongd.core.wire_name import is_id
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.words import Text
from gongd.desk.commune_folder import NOT_FOR_ME, read

CHECK = Text(
    "Mã kiểm tra của cụm loa: {code}. Đọc qua điện thoại cho người lắp; hai bên giống nhau mới gõ DUNG.",
    "Check code of the box: {code}. Read it over the telephone to whoever installs it; type DUNG only if both agree.",
)
YES = "DUNG"

NOT_A_REQUEST = Text("Tệp yêu cầu hỏng: {why}", "The request file is damaged: {why}")
TOO_LARGE = Text("Tệp yêu cầu quá lớn", "The request file is too large")
BAD_PROOF = Text("Chữ ký trong tệp yêu cầu không đúng: {why}", "The proof in the request file is wrong: {why}")
OTHER_NAME = Text(
    "Tệp yêu cầu ghi {said} nhưng xin chứng thư số cho {asked}",
    "The request file says {said} but asks for a certificate for {asked}",
)


class RequestError(GongdError, ValueError):
    """A request file that is not granted, whoever confirms it."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """A request whose proofs hold. `code` is what its box speaks; only people can tell that it is *their* box."""

    request: EnrolmentRequest
    code: str

    @property
    def question(self) -> Text:
        """What the desk asks before it enrols."""
        return CHECK.fill(code=self.code)


def read_request(path: Path) -> Applicant:
    """Read a request file. Raises RequestError, FolderError."""
    return parse_request(read(path, REQUEST_BYTES, NOT_FOR_ME))


def parse_request(data: bytes) -> Applicant:
    """Read a request. Its key has signed all that it says, and its TLS key has asked for the same name.

    Raises RequestError.
    """
    signed = from_json(SignedRequest, data, REQUEST_BYTES)
    if isinstance(signed, Refused):
        raise RequestError(TOO_LARGE if signed.reason is Reason.TOO_LARGE else NOT_A_REQUEST.fill(why=signed.detail))
    request = signed.request
    _prove(signed)
    _prove_name(request)
    return Applicant(request, check_code(digest(request)))


def _prove(signed: SignedRequest) -> None:
    request = signed.request
    opened = jose.verify(signed.proof.encode(), only(request.public), Seal.REQUEST)
    if isinstance(opened, Refused):
        raise RequestError(BAD_PROOF.fill(why=opened.detail))
    if opened.payload != digest(request).encode() or request.fingerprint != thumbprint(request.public):
        raise RequestError(BAD_PROOF.fill(why=request.fingerprint))


def _prove_name(request: EnrolmentRequest) -> None:
    said = f"{request.commune}/{request.box}"
    for name in (request.commune, request.box, *request.zones):
        if not is_id(name):
            raise RequestError(NOT_A_REQUEST.fill(why=name))
    try:
        asked = certificate.read_request(request.csr.encode())
    except CertificateError as error:
        raise RequestError(error.text) from error
    if asked.name != said:
        raise RequestError(OTHER_NAME.fill(said=said, asked=asked.name))
