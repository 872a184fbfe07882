import Type, { type Static } from 'typebox';
import { Policy } from '../policy/index.ts';

const Instant = Type.String({ maxLength: 40, description: 'ISO 8601; 无时区视为 Asia/Shanghai' });

export const GrantTerms = Type.Object(
  {
    policy: Type.Unsafe<Policy>({ ...Policy, $id: 'Policy', default: {} }),
    /** Inclusive; null: from now on. */
    validFrom: Type.Union([Instant, Type.Null()], { default: null }),
    /** Exclusive; null: without end. */
    validTo: Type.Union([Instant, Type.Null()], { default: null }),
  },
  { $id: 'GrantTerms', additionalProperties: false },
);
export type GrantTerms = Static<typeof GrantTerms>;

export type GrantState = 'active' | 'suspended' | 'revoked';

/** The one right of a subject to a product. */
export interface Grant {
  readonly id: string;
  readonly subjectId: string;
  readonly subjectName: string;
  /** The user who looks after the subject, and the one who provides the product: whose own the grant is. */
  readonly subjectOwnerId: string | null;
  readonly providerId: string | null;
  readonly productId: string;
  readonly productCode: string;
  readonly policy: Policy;
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
  readonly state: GrantState;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
