// From Intel's signed documents to what TcbRegistry holds, by the rules of contracts/README.md ("From TCB info to policy").
import { oid, values } from './der.mjs';

const components = (list) => Buffer.from(list.map((component) => component.svn));
const seconds = (text) => Math.floor(Date.parse(text) / 1000);
const reaches = (actual, minimum) => minimum.every((svn, i) => actual[i] >= svn);

/** What the SGX extension of a PCK certificate says, or null where it has none. */
export function readPlatform(certificate) {
  const arc = '1.2.840.113741.1.13.1';
  const member = (suffix) => {
    const id = oid(`${arc}.${suffix}`);
    const at = certificate.indexOf(id);
    return at < 0 ? null : values(certificate.subarray(at + id.length, at + id.length + 2 + certificate[at + id.length + 1]))[0].contents;
  };
  if (!member('4')) return null;
  const number = (contents) => Number(BigInt(`0x${contents.toString('hex')}`));
  return {
    fmspc: member('4'), pceId: number(member('3')), pceSvn: number(member('2.17')),
    components: Array.from({ length: 16 }, (_, i) => number(member(`2.${i + 1}`))),
  };
}

/** The index of the first level that a platform reaches, all 16 components of both lists compared; -1 for none. */
export function reachedLevel(tcbInfo, platform, tdxSvns) {
  return tcbInfo.tcbLevels.findIndex(({ tcb }) => platform.pceSvn >= tcb.pcesvn
    && reaches(platform.components, tcb.sgxtcbcomponents.map((c) => c.svn)) && reaches(tdxSvns, tcb.tdxtcbcomponents.map((c) => c.svn)));
}

/** The last level down to which every status is accepted, or undefined: below it a platform is refused, whatever comes then. */
const lastAccepted = (levels, accepted) => {
  const refused = levels.findIndex((level) => !accepted.includes(level.tcbStatus));
  return levels[(refused < 0 ? levels.length : refused) - 1];
};

/** The policy of one level; module versions count down to the last SVN whose status is accepted. */
export function policyOf(tcbInfo, level, accepted, validUntil) {
  const { tcb } = tcbInfo.tcbLevels[level];
  const moduleSvns = Buffer.alloc(32);
  let moduleVersions = tcbInfo.tdxModule ? 1 : 0;
  for (const identity of tcbInfo.tdxModuleIdentities ?? []) {
    const version = parseInt(identity.id.slice('TDX_'.length), 16);
    const level = lastAccepted(identity.tcbLevels, accepted);
    if (version > 31 || !level) continue;
    moduleVersions |= 1 << version;
    moduleSvns[version] = level.tcb.isvsvn;
  }
  return {
    sgxComponents: components(tcb.sgxtcbcomponents), tdxComponents: components(tcb.tdxtcbcomponents), moduleSvns, moduleVersions: moduleVersions >>> 0,
    pceSvn: tcb.pcesvn, pceId: parseInt(tcbInfo.pceId, 16), evaluationNumber: tcbInfo.tcbEvaluationDataNumber, validUntil,
  };
}

export function qeIdentityOf(identity, accepted) {
  const bytes = (text) => Buffer.from(text, 'hex');
  return {
    mrSigner: bytes(identity.mrsigner), attributes: bytes(identity.attributes), attributesMask: bytes(identity.attributesMask),
    miscSelect: bytes(identity.miscselect), miscSelectMask: bytes(identity.miscselectMask), isvProdId: identity.isvprodid,
    isvSvn: lastAccepted(identity.tcbLevels, accepted).tcb.isvsvn,
    evaluationNumber: identity.tcbEvaluationDataNumber,
  };
}

export const issued = (document) => seconds(document.issueDate);
export const nextUpdate = (document) => seconds(document.nextUpdate);
