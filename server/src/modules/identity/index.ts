/** The face of the module: people and how they log in, subjects and their credentials, and who may do what. */
export {
  roles, scopes, subjectKinds, userNamePattern,
  RoleSchema, ScopeSchema, SubjectChanges, SubjectInput, TokenInput, UserChanges, UserInput,
  type ApiToken, type Credential, type FoundCredential, type Page, type PageRequest, type Role, type Scope,
  type Subject, type SubjectKind, type User,
} from './model.ts';
export {
  actorText, allow, allowOwned, can, operatorActor, ownerFilter, rights, scopesOfRole, systemActor,
  type Actor, type Reach, type Right,
} from './rights.ts';
export { hashKey } from './secrets.ts';
export { hashPassword, verifyPassword } from './hashing.ts';
export { mlps3, newOneTimePassword, passwordProblems, type OneTimePassword, type PasswordProfile } from './passwords.ts';
export {
  logIn, logOut, resolveSession, sweepIdentity, verifyCsrf,
  type AlongsideOption, type LogIn, type ProfileOption, type Session,
} from './sessions.ts';
export { changePassword } from './change-password.ts';
export { createToken, listTokens, resolveToken, revokeToken, type IssuedToken } from './tokens.ts';
export { isOperatorToken, mintOperatorToken, OPERATOR_TOKEN_FILE, removeOperatorToken, type OperatorToken } from './operator-token.ts';
export {
  createUser, ensureAdministrator, getUser, listUsers, resetPassword, unlockUser, updateUser,
  type ListedUser,
} from './users.ts';
export { createSubject, deleteSubject, getSubject, getSubjectByName, listSubjects, updateSubject } from './subjects.ts';
export { subjectLabels } from './store-subjects.ts';
export { assertInForce, findCredential, issueAppkey, listCredentials, revokeCredential, rotateAppkey, type IssuedAppkey } from './credentials.ts';
