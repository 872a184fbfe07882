/** What the WSDL, the request and the answer call things. */

/** The namespace of a product's operation; codes are lower-case letters, digits and `_` (GOV-code), which a URN may hold. */
export const namespaceOf = (code: string): string => `urn:lingqu:gov:${code.slice(0, 64)}`;

/** The one operation of a product, the same word for all: the namespace tells them apart. */
export const operation = 'query';
export const response = 'queryResponse';
/** The header block that may carry the key, and the element of a fault's detail. */
export const keyElement = 'appkey';
export const errorElement = 'error';
/** The header block of the national gateway's convention, in no namespace. */
export const gatewayElement = 'tongtechheader';
