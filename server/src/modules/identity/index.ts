/** The face of the module: people and how they log in, subjects and their credentials, and who may do what. */
export {
  authenticationMethods, credentialKinds, gatewayCiphers, RoleSchema, ScopeSchema, SubjectChanges, SubjectInput, UserChanges, UserInput,
  type ApiToken, type AuthenticationMethod, type Credential, type FoundCredential, type Proof, type Role, type Scope, type SignedProof, type Subject, type User,
} from './model.ts';
export { actorText, allow, allowOwned, operatorActor, ownerFilter, type Actor, type Right } from './rights.ts';
export { newOneTimePassword, type OneTimePassword } from './passwords.ts';
export { logIn, logOut, resolveSession, sweepIdentity, verifyCsrf, type LogIn, type Session } from './sessions.ts';
export { changePassword } from './change-password.ts';
export { createToken, listTokens, resolveToken, revokeToken, type IssuedToken } from './tokens.ts';
export { isOperatorToken, mintOperatorToken, removeOperatorToken, type OperatorToken } from './operator-token.ts';
export {
  createUser, ensureAdministrator, getUser, listUsers, resetPassword, unlockUser, updateUser,
  type ListedUser,
} from './users.ts';
export { createSubject, deleteSubject, getSubject, getSubjectByName, listSubjects, unknownSubject, updateSubject } from './subjects.ts';
export { subjectIdsOf, subjectNames } from './store-subjects.ts';
export { findCredential, isInForce, issueCredential, listCredentials, nameOf, revokeCredential, rotateCredential, secretOf, type IssuedCredential } from './credentials.ts';
export { dailySecret, dayEnd, sealDailySecret } from './gateway.ts';
export { assertInWindow, isMacOf, isSigned, isSignedBy, spendProof } from './proof.ts';
export { forgetSpent } from './store-credentials.ts';
export { getPublicKey, setPublicKey } from './public-keys.ts';
