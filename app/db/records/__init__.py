"""The records: one ORM class a table, one file a class."""

from app.db.records.account import AccountRecord
from app.db.records.acquisition_profile import AcquisitionProfileRecord
from app.db.records.analyser_value import AnalyserValueRecord
from app.db.records.analysis import AnalysisRecord
from app.db.records.api_token import ApiTokenRecord
from app.db.records.audit_event import AuditEventRecord, AuditHeadRecord
from app.db.records.batch import BatchRecord
from app.db.records.batch_file import BatchFileRecord
from app.db.records.batch_sample import BatchSampleRecord
from app.db.records.chamber_count import ChamberCountRecord
from app.db.records.concealed_value import ConcealedValueRecord
from app.db.records.control import ControlDecisionRecord, ControlLotRecord, ControlRunRecord
from app.db.records.counter import CounterDraftRecord, CounterPreferenceRecord
from app.db.records.executor_heartbeat import ExecutorHeartbeatRecord
from app.db.records.external_identity import ExternalIdentityRecord
from app.db.records.field_image import FieldImageRecord
from app.db.records.golden_field import GoldenFieldRecord
from app.db.records.idempotency_key import IdempotencyKeyRecord
from app.db.records.known_browser import KnownBrowserRecord
from app.db.records.manual_differential import ManualDifferentialRecord
from app.db.records.qc_result import QcResultRecord
from app.db.records.range_set import RangeSetRecord
from app.db.records.reference_cell import ReferenceCellRecord
from app.db.records.review import ReviewRecord
from app.db.records.review_edit import ReviewEditRecord
from app.db.records.sample import SampleRecord
from app.db.records.second_reading import SecondReadingRecord
from app.db.records.setup_link import SetupLinkRecord
from app.db.records.sign_in_throttle import SignInThrottleRecord
from app.db.records.signed_report import ReportCorrectionRecord, SignedReportRecord
from app.db.records.upload_part import UploadPartRecord
from app.db.records.user_session import UserSessionRecord
from app.db.records.weights_activation import ActiveWeightsRecord, WeightsActivationRecord
from app.db.records.weights_evaluation import WeightsEvaluationRecord
from app.db.records.weights_release import WeightsReleaseRecord

__all__ = [
    "AccountRecord",
    "AcquisitionProfileRecord",
    "ActiveWeightsRecord",
    "AnalyserValueRecord",
    "AnalysisRecord",
    "ApiTokenRecord",
    "AuditEventRecord",
    "AuditHeadRecord",
    "BatchFileRecord",
    "BatchRecord",
    "BatchSampleRecord",
    "ChamberCountRecord",
    "ConcealedValueRecord",
    "ControlDecisionRecord",
    "ControlLotRecord",
    "ControlRunRecord",
    "CounterDraftRecord",
    "CounterPreferenceRecord",
    "ExecutorHeartbeatRecord",
    "ExternalIdentityRecord",
    "FieldImageRecord",
    "GoldenFieldRecord",
    "IdempotencyKeyRecord",
    "KnownBrowserRecord",
    "ManualDifferentialRecord",
    "QcResultRecord",
    "RangeSetRecord",
    "ReferenceCellRecord",
    "ReportCorrectionRecord",
    "ReviewEditRecord",
    "ReviewRecord",
    "SampleRecord",
    "SecondReadingRecord",
    "SetupLinkRecord",
    "SignInThrottleRecord",
    "SignedReportRecord",
    "UploadPartRecord",
    "UserSessionRecord",
    "WeightsActivationRecord",
    "WeightsEvaluationRecord",
    "WeightsReleaseRecord",
]
